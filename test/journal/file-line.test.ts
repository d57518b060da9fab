import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { suite, test } from 'mocha';
import { FileLine } from '../../src/journal/file-line.ts';
import { standingOf } from '../../src/journal/group-places.ts';
import { beforeOperations } from './file-operations.ts';

/** Somebody who comes, looks whether it has the only place, and remembers. */
class Comer {
  readonly #line: FileLine;
  readonly #id: string;
  #held = false;

  constructor(folder: string, run: string) {
    this.#line = new FileLine({ root: folder, folder: path.join(folder, 'group') });
    this.#id = this.#line.join({ run }, 1);
    this.look();
  }

  /** Who held the place once, has it still. */
  look(): boolean {
    const holds = standingOf(this.#line.members(), this.#id)?.held === true;
    assert.ok(holds || !this.#held, 'a place was taken from who held it');
    return (this.#held = holds);
  }

  leave(): void {
    this.#line.leave(this.#id);
  }
}

/** What others do while somebody is in the middle of coming; those who stay are the answer. */
const MEANWHILE: Readonly<Record<string, (folder: string) => readonly Comer[]>> = {
  'another comes': (folder) => [new Comer(folder, 'b')],
  'another comes and goes': (folder) => {
    new Comer(folder, 'b').leave();
    return [];
  },
  'two come and the first goes': (folder) => {
    const first = new Comer(folder, 'b');
    const second = new Comer(folder, 'c');
    first.leave();
    second.look();
    return [second];
  },
  'two come, the second in the middle of the first': (folder) => {
    let turns = Math.floor(Math.random() * 12);
    const inside: Comer[] = [];
    const stop = beforeOperations(folder, () => {
      if (turns-- === 0) inside.push(new Comer(folder, 'c'));
    });
    const first = new Comer(folder, 'b');
    stop();
    return [first, ...inside];
  },
};

suite('Somebody who comes into a group', () => {
  for (const [what, meanwhile] of Object.entries(MEANWHILE)) {
    test(`while ${what}, at any moment, leaves the place to exactly one`, () => {
      // Names are partly random, so each moment is tried more than once.
      for (let round = 0; round < 5; round++) {
        let reached = true;
        for (let moment = 1; reached; moment++) reached = tryMoment(moment, meanwhile);
      }
    });
  }
});

/** False when there are fewer moments than that. */
function tryMoment(moment: number, meanwhile: (folder: string) => readonly Comer[]): boolean {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-line-'));
  let operations = 0;
  let others: readonly Comer[] | undefined;
  const stop = beforeOperations(folder, () => {
    if (++operations === moment && others === undefined) {
      others = [];
      others = meanwhile(folder);
    }
  });
  const comer = new Comer(folder, 'a');
  stop();
  const all = [comer, ...(others ?? [])];
  const holding = all.filter((each) => each.look());
  assert.equal(holding.length, 1, `${holding.length} hold the place after moment ${moment}`);
  for (const each of all) each.leave();
  fs.rmSync(folder, { recursive: true, force: true });
  return operations >= moment;
}
