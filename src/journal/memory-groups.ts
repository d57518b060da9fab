import { viewOf, type Member } from './group-places.ts';
import type { Entered, GroupRequest, Groups, GroupView, Holder } from './groups.ts';
import { standInLine, type Line } from './stand-in-line.ts';

/** Keeps groups in this process: for the library and for tests. */
export class MemoryGroups implements Groups {
  readonly #lines = new Map<string, MemoryLine>();

  enter(request: GroupRequest, signal: AbortSignal): Promise<Entered> {
    return standInLine(this.#line(request.group), request, signal);
  }

  look(group: string): Promise<GroupView> {
    return Promise.resolve(viewOf(this.#lines.get(group)?.members() ?? []));
  }

  #line(group: string): MemoryLine {
    const line = this.#lines.get(group) ?? new MemoryLine();
    this.#lines.set(group, line);
    return line;
  }
}

class MemoryLine implements Line {
  readonly #members: Member[] = [];
  readonly #listeners = new Set<() => void>();
  #lastNumber = 0;

  join(holder: Holder, limit: number): string {
    const id = String(++this.#lastNumber);
    this.#members.push({ id, holder, limit, settled: true });
    this.#tell();
    return id;
  }

  members(): readonly Member[] {
    return this.#members;
  }

  leave(id: string): void {
    const at = this.#members.findIndex((member) => member.id === id);
    if (at >= 0) this.#members.splice(at, 1);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }
}
