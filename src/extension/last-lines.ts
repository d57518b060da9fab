import { stat } from 'node:fs/promises';
import { lastLine } from '../views/last-line.ts';
import type { SeenRun } from './runs-watch.ts';

/** Enough for a long line and what goes before it. */
const TAIL_BYTES = 2048;
/** Of more steps at once nobody reads along. */
const MOST_STEPS = 24;

/** What the running steps of live runs printed last. */
export class LastLines {
  readonly #lines = new Map<string, string>();

  of(run: SeenRun, step: string): string | undefined {
    return this.#lines.get(keyOf(run, step));
  }

  /** Reads the ends of their logs; answers the steps that print something else now. */
  async read(run: SeenRun): Promise<readonly string[]> {
    const running = Object.values(run.state?.steps ?? {}).filter(
      ({ status, inside, attempts }) =>
        status === 'running' && inside === undefined && attempts.at(-1)?.child === undefined,
    );
    const changed: string[] = [];
    for (const { id, attempts } of running.slice(0, MOST_STEPS)) {
      const attempt = attempts.at(-1)?.number ?? 1;
      const line = await this.#lastLine(run, id, attempt);
      if (line === undefined || line === this.#lines.get(keyOf(run, id))) continue;
      this.#lines.set(keyOf(run, id), line);
      changed.push(id);
    }
    return changed;
  }

  /** What has ended says no more. */
  forget(run: SeenRun): void {
    for (const key of this.#lines.keys()) if (key.startsWith(`${run.id} `)) this.#lines.delete(key);
  }

  async #lastLine(run: SeenRun, step: string, attempt: number): Promise<string | undefined> {
    const { journal } = run.place.project.runs;
    const file = journal.logPath(run.id, step, attempt);
    if (file === undefined) return undefined;
    try {
      const { size } = await stat(file);
      const fromByte = Math.max(0, size - TAIL_BYTES);
      const bytes = await journal.readLog({ run: run.id, step, attempt, fromByte, maxBytes: TAIL_BYTES });
      return bytes === undefined ? undefined : lastLine(new TextDecoder().decode(bytes));
    } catch {
      return undefined; // It printed nothing yet, or its run was deleted.
    }
  }
}

function keyOf({ id }: SeenRun, step: string): string {
  return `${id} ${step}`;
}
