import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import { eventually } from '../eventually.ts';
import { workspace } from '../cli/cli.ts';
import { endOf, eventsOf, markedBy, runIds, startBuilt, succeededIn } from './built.ts';
import { LONG } from './long.ts';
import { randomFrom, type Random } from './random.ts';

const KILLS = LONG ? 100 : 12;
const STEPS = 200;
/** From the start of the process: some fall before the run has begun, or while it is being taken over. */
const LATEST_KILL_MS = 700;
/** After so many a run is left to end, and the next one begins. */
const KILLS_A_RUN = 6;
const SEED = Number(process.env['BATON_SEED'] ?? (LONG ? Date.now() % 1_000_000 : 7));

/** Each step appends one line to a file; some also hand a value on, which those behind append. */
function file(random: Random): string {
  const steps = Array.from({ length: STEPS }, (_, i) => {
    const needs = i === 0 ? [] : Array.from({ length: random.below(3) }, () => random.below(i));
    const from = needs.find((need) => need % 10 === 0);
    const value = from === undefined ? `s${i}` : `s${i} \${{ steps.s${from}.outputs.n }}`;
    const publish = i % 10 === 0 ? `; echo "n=${i}" >> "$BATON_OUTPUT"` : '';
    const list = [...new Set(needs)].map((need) => `s${need}`).join(', ');
    return `  s${i}: { needs: [${list}], run: 'echo "${value}" >> marks${publish}' }`;
  });
  return `defaults: { shell: sh }\nlimits: { parallel: 4 }\nsteps:\n${steps.join('\n')}\n`;
}

function marksIn(folder: string): readonly string[] {
  try {
    return fs.readFileSync(path.join(folder, 'marks'), 'utf8').trimEnd().split('\n');
  } catch {
    return [];
  }
}

suite('A run whose runner is killed at any instant', () => {
  test(`goes on with what had not succeeded, and with nothing else: ${KILLS} kills`, async function () {
    if (process.platform !== 'linux') this.skip();
    const random = randomFrom(SEED);
    const seen = { kills: 0, beforeTheRun: 0, runs: 0, twice: 0 };
    while (seen.kills < KILLS) {
      const { folder, dispose } = workspace({ 'long.workflow.yaml': file(random) });
      await oneRun(folder, random, seen);
      dispose();
    }
    if (LONG) console.log(`      seed ${SEED}:`, seen);
    assert.ok(seen.kills >= KILLS);
  }).timeout(LONG ? 1_200_000 : 120_000);
});

interface Seen {
  kills: number;
  beforeTheRun: number;
  runs: number;
  /** Steps that ran twice, as they may when nobody saw them end. */
  twice: number;
}

async function oneRun(folder: string, random: Random, seen: Seen): Promise<void> {
  seen.runs++;
  for (let kills = 0; ; kills++) {
    const [run] = runIds(folder);
    const before = run === undefined ? [] : eventsOf(folder, run);
    const marksBefore = marksIn(folder).length;
    if (run === undefined && kills > 0) seen.beforeTheRun++;
    const args = run === undefined ? ['run', 'long'] : ['resume', run];
    const isKilled = await startAndKill(folder, args, kills < KILLS_A_RUN ? random : undefined);
    if (isKilled) seen.kills++;
    const again = marksIn(folder).slice(marksBefore).map(stepOf);
    const done = succeededIn(before);
    assert.deepEqual(
      again.filter((step) => done.has(step)),
      [],
      `seed ${SEED}: what was recorded as succeeded ran again`,
    );
    if (!isKilled || hasEnded(folder)) break;
  }
  await checkEnd(folder, seen);
}

/** The kill may have come after the last fact. */
function hasEnded(folder: string): boolean {
  const [run] = runIds(folder);
  return run !== undefined && endOf(eventsOf(folder, run)) !== undefined;
}

/** True when it was killed. */
async function startAndKill(
  folder: string,
  args: readonly string[],
  random: Random | undefined,
): Promise<boolean> {
  const runner = startBuilt({ folder, args });
  const timer = random && setTimeout(() => runner.child.kill('SIGKILL'), random.below(LATEST_KILL_MS));
  const { code, signal, err } = await runner.ended;
  clearTimeout(timer);
  if (signal === 'SIGKILL') return true;
  assert.deepEqual([code, err], [0, ''], `seed ${SEED}, ${args.join(' ')}`);
  return false;
}

async function checkEnd(folder: string, seen: Seen): Promise<void> {
  const [run = ''] = runIds(folder);
  const events = eventsOf(folder, run);
  assert.equal(endOf(events), 'succeeded');
  await eventually(() => markedBy(run).length === 0, 3000);
  const marks = marksIn(folder);
  for (let i = 0; i < STEPS; i++) {
    const step = `s${i}`;
    const times = marks.filter((mark) => stepOf(mark) === step).length;
    const started = events.filter((event) => event.type === 'attempt-started' && event.step === step).length;
    assert.ok(times >= 1 && times <= started, `${step} ran ${times} times, and was started ${started} times`);
    if (times > 1) seen.twice++;
  }
  for (const mark of marks) assert.match(mark, /^s\d+( \d+0| 0)?$/, 'a value was lost on the way');
}

function stepOf(mark: string): string {
  return mark.split(' ')[0] ?? '';
}
