import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { err, ok, type Result } from '../base/result.ts';
import type { Member } from './group-places.ts';
import type { Holder } from './groups.ts';
import { HEARTBEAT_EVERY_MS, isAlive, ownerFrom, thisProcess, touch, type Owner } from './owner.ts';
import { prepareRoot } from './prepare-root.ts';
import type { Line } from './stand-in-line.ts';
import { watchFolder } from './watch-folder.ts';

interface LineOptions {
  /** `.baton` of a project. */
  readonly root: string;
  /** The group's own. */
  readonly folder: string;
}

/** What stands in a ticket's file. */
interface Ticket {
  readonly owner: Owner;
  readonly holder: Holder;
  readonly limit: number;
}

/** A living process makes a draft into a ticket at once. */
const DRAFT_MAX_AGE_MS = 60_000;
/** Where the system does not tell of changes. */
const LOOK_YOURSELF_MS = 100;
const REMOVE_AGAIN_MS = 200;
/** Each is lost only to somebody who joined in the same instant. */
const MAX_TRIES = 10_000;

/**
 * A group's members as files: one ticket each, `<number>-<random>.json`, in the order of these names. There is no lock
 * and no file that two write, so a process may die between any two of these steps and leaves nothing but a ticket
 * that everybody can see is dead.
 *
 * What holds it together: who joins writes a ticket with a number above all it saw, and then looks again. Where a
 * higher one has come in the meantime, it takes a number above that and looks once more; where none has, the ticket is
 * settled and its line is ended. So of two settled tickets the higher one was written after the look that settled the
 * lower one began, and everything its owner decides, it decides having seen the lower one. (A listing shows every file
 * that was there when it began and is still there at its end.)
 */
export class FileLine implements Line {
  readonly #options: LineOptions;
  /** Settled tickets never change. */
  readonly #known = new Map<string, Ticket>();
  #own: string | undefined;
  #heart: NodeJS.Timeout | undefined;

  constructor(options: LineOptions) {
    this.#options = options;
  }

  join(holder: Holder, limit: number): string {
    const ticket: Ticket = { owner: thisProcess(), holder, limit };
    const draft = this.#draft(JSON.stringify(ticket));
    const id = this.#settle(draft);
    this.#own = id;
    clearInterval(this.#heart);
    this.#heart = setInterval(() => touch(this.#pathOf(id)), HEARTBEAT_EVERY_MS).unref();
    this.#sweep();
    return id;
  }

  /** The folder may be removed by the last one who leaves, until there is a file of ours in it. */
  #draft(text: string): string {
    const name = `.draft-${randomUUID()}`;
    prepareRoot(this.#options.root);
    for (let tries = 1; ; tries++) {
      fs.mkdirSync(this.#options.folder, { recursive: true });
      try {
        fs.writeFileSync(this.#pathOf(name), text);
        return name;
      } catch (error) {
        if (codeOf(error) !== 'ENOENT' || tries === MAX_TRIES) throw error;
      }
    }
  }

  /** Makes a draft into a settled ticket, or leaves nothing of it. */
  #settle(draft: string): string {
    let name = draft;
    try {
      for (let tries = 1; tries <= MAX_TRIES; tries++) {
        const highest = this.#list().at(-1);
        if (highest === name) {
          fs.appendFileSync(this.#pathOf(name), '\n');
          return name;
        }
        const next = nameOf(numberOf(highest) + 1, draft);
        fs.renameSync(this.#pathOf(name), this.#pathOf(next));
        name = next;
      }
      throw new Error('Others came first, again and again.');
    } catch (error) {
      this.#remove(name);
      throw error;
    }
  }

  #pathOf(name: string): string {
    return path.join(this.#options.folder, name);
  }

  /** Names of tickets in their order. */
  #list(): string[] {
    return filesIn(this.#options.folder).filter(isTicket).toSorted();
  }

  members(): readonly Member[] {
    return this.#list().flatMap((id) => {
      const read = this.#read(id);
      if (read === 'gone' || read === 'dead') return [];
      // Whoever cannot be read just now is in the way of everybody behind, for as long as that lasts.
      if (read === 'hidden') return [{ id, holder: { run: id }, limit: 1, settled: false }];
      return [{ id, holder: read.ticket.holder, limit: read.ticket.limit, settled: read.settled }];
    });
  }

  #read(name: string): { readonly ticket: Ticket; readonly settled: boolean } | 'gone' | 'dead' | 'hidden' {
    const file = this.#pathOf(name);
    const known = this.#known.get(name);
    const text = known === undefined ? readText(file) : ok('\n');
    if (!text.ok) return text.error;
    const ticket = known ?? ticketFrom(text.value);
    if (ticket === undefined) return 'dead';
    if (name !== this.#own && !isAlive(ticket.owner, file)) return 'dead';
    const settled = text.value.endsWith('\n');
    if (settled) this.#known.set(name, ticket);
    return { ticket, settled };
  }

  leave(id: string): void {
    clearInterval(this.#heart);
    this.#remove(id);
    try {
      this.#sweep();
      fs.rmdirSync(this.#options.folder);
    } catch {
      // Others are here.
    }
  }

  /** What another program has open cannot be removed everywhere; then it is tried until it can. */
  #remove(name: string): void {
    try {
      fs.rmSync(this.#pathOf(name), { force: true });
    } catch {
      setTimeout(() => this.#remove(name), REMOVE_AGAIN_MS);
    }
  }

  /** Takes away what the dead left. A name is never used twice, so nothing that lives can be hit. */
  #sweep(): void {
    for (const name of filesIn(this.#options.folder)) {
      const file = this.#pathOf(name);
      const dead = isTicket(name) ? this.#read(name) === 'dead' : ageMs(file) > DRAFT_MAX_AGE_MS;
      if (dead) fs.rmSync(file, { force: true });
    }
  }

  onChange(listener: () => void): Disposable {
    const watcher = watchFolder(this.#options.folder, listener);
    const timer = watcher === undefined ? setInterval(listener, LOOK_YOURSELF_MS) : undefined;
    return {
      [Symbol.dispose]() {
        watcher?.close();
        clearInterval(timer);
      },
    };
  }
}

function isTicket(name: string): boolean {
  return /^\d{12}-[0-9a-f-]+\.json$/.test(name);
}

/** Twelve digits, so that the order of names is that of numbers. */
function nameOf(number: number, draft: string): string {
  return `${String(number).padStart(12, '0')}-${draft.slice('.draft-'.length)}.json`;
}

function numberOf(name: string | undefined): number {
  return name === undefined ? 0 : Number(name.slice(0, 12));
}

function filesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch (error) {
    // Any other trouble must not look like an empty group.
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** `hidden`: it is there, but another program has it open in a way that some systems do not share. */
function readText(file: string): Result<string, 'gone' | 'hidden'> {
  try {
    return ok(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return err('gone');
    if (code === 'EBUSY' || code === 'EPERM') return err('hidden');
    throw error;
  }
}

function ticketFrom(text: string): Ticket | undefined {
  try {
    const { owner: written, holder, limit } = JSON.parse(text) as Partial<Ticket>;
    const owner = ownerFrom(written);
    if (owner === undefined || !isHolder(holder) || typeof limit !== 'number') return undefined;
    return { owner, holder, limit };
  } catch {
    return undefined; // Torn by a power cut: nobody alive wrote it.
  }
}

function isHolder(holder: Partial<Holder> | undefined): holder is Holder {
  if (typeof holder?.run !== 'string' || !['undefined', 'string'].includes(typeof holder.step)) return false;
  return holder.within === undefined || isHolder(holder.within);
}

function ageMs(file: string): number {
  return Date.now() - (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
