import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import { adopt, type EnterGroup } from '../../src/engine/run.ts';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import { fails, startOf } from '../model/sketches.ts';
import { settle, SteeredBackend, SteeredRun } from './steered.ts';
import { commandOf, endAll, runYaml, workflowIn } from './yaml-run.ts';

/** A gate sends the run back to `a`, while something beside the way is still under way. */
const GATE = `
  a: { run: "wait out n=1" }
  q: { needs: a, gate: { check: wait, rewind_to: a } }`;

const publishes = (n: string) => ({ ok: true, outputs: { n } }) as const;

suite('While a rewind runs a step again, what needs it', () => {
  test('begins no further item, and goes on with what the step publishes now', async () => {
    const yaml = await runYaml(`steps:${GATE}
  each: { needs: a, for_each: [1, 2, 3], max_parallel: 1, run: "wait \${{ steps.a.outputs.n }}" }`);
    const { run } = yaml;
    await run.end('a', publishes('old'));
    assert.deepEqual(run.backend.running, ['q', 'each{0}']);
    await run.end('q', fails());
    await run.end('each{0}');
    assert.deepEqual(run.backend.running, ['a']);
    await run.end('a', publishes('new'));
    assert.deepEqual([...run.backend.running].sort(), ['each{1}', 'q']);
    assert.match(commandOf(yaml, 'each{1}') ?? '', /new/);
    await run.end('each{1}');
    await run.end('q');
    await run.end('each{2}');
    assert.equal(run.state?.ended, 'succeeded');
    assert.equal(run.last.steps['a']?.attempts.length, 2);
  });

  test('begins no further round, and asks no condition', async () => {
    const { run } = await runYaml(`steps:${GATE}
  tdd: { needs: a, loop: { max: 3, until: "steps.a.outputs.n == 'new'", steps: { x: { run: wait } } } }`);
    await run.end('a', publishes('old'));
    await run.end('q', fails());
    await run.end('tdd[1].x');
    assert.deepEqual(run.backend.running, ['a']);
    await run.end('a', publishes('new'));
    assert.deepEqual(run.backend.running, ['q']);
    assert.equal(run.last.steps['tdd']?.status, 'succeeded');
  });

  test('is not tried again before, and waits no longer than it had to', async () => {
    const { run } = await runYaml(`steps:${GATE}
  beside: { needs: a, run: "wait \${{ steps.a.outputs.n }}", retry: { max: 1, delay: 1s } }`);
    await run.end('a', publishes('old'));
    await run.end('beside', fails());
    await run.end('q', fails());
    await run.advance(60_000);
    assert.deepEqual(run.backend.running, ['a']);
    await run.end('a', publishes('new'));
    assert.deepEqual([...run.backend.running].sort(), ['beside', 'q']);
    await run.end('beside');
    await run.end('q');
    assert.equal(run.state?.ended, 'succeeded');
  });

  test('is skipped where the step fails this time', async () => {
    const { run } = await runYaml(`steps:${GATE}
  each: { needs: a, for_each: [1, 2], max_parallel: 1, run: "wait \${{ steps.a.outputs.n }}" }`);
    await run.end('a', publishes('old'));
    await run.end('q', fails());
    await run.end('each{0}');
    await run.end('a', fails());
    await endAll(run);
    assert.equal(run.last.steps['each{1}']?.reason, 'upstream_failed');
    assert.equal(run.state?.ended, 'failed');
  });

  test('gives its place in a group back, so that the step itself finds one', async () => {
    const { run, places } = await runInGroup(
      `
steps:
  a: { concurrency: { group: g }, run: "wait out n=1" }
  q: { needs: a, gate: { check: wait, rewind_to: a } }
  slow: { run: wait }
  beside: { needs: [a, slow], concurrency: { group: g }, run: "wait \${{ steps.a.outputs.n }}" }`,
    );
    assert.deepEqual(places.asked, ['a']);
    await places.give('a');
    await run.end('a', publishes('old'));
    await run.end('slow');
    assert.deepEqual(places.asked, ['beside']);
    await run.end('q', fails());
    assert.deepEqual(places.asked, ['a'], 'the place is asked for by the step that has to run first');
    await places.give('a');
    await run.end('a', publishes('new'));
    assert.deepEqual(places.asked, ['beside']);
    await places.give('beside');
    await run.end('q');
    await run.end('beside');
    assert.equal(run.state?.ended, 'succeeded');
    assert.deepEqual([...places.held], []);
  });
});

suite('After its owner died', () => {
  const CASES: readonly (readonly [string, string, string])[] = [
    ['a program', '{ concurrency: { group: g }, run: wait }', 'x'],
    ['a loop', '{ concurrency: { group: g }, loop: { max: 1, steps: { y: { run: wait } } } }', 'x[1].y'],
    ['an item', '{ for_each: [1], concurrency: { group: g }, run: wait }', 'x{0}'],
  ];
  for (const [what, step, program] of CASES) {
    test(`${what} asks for its place in a group again before it goes on`, async () => {
      const { run, places } = await runInGroup(`steps:\n  x: ${step}`);
      const [holder = ''] = places.asked;
      await places.give(holder);
      assert.deepEqual(run.backend.running, [program]);
      const { places: again, backend, ended } = await takenOver(run);
      assert.deepEqual(again.asked, [holder]);
      assert.deepEqual(backend.running, [], 'nothing goes on without a place');
      await again.give(holder);
      assert.deepEqual(backend.running, [program]);
      backend.end(program, { ok: true, outputs: {} });
      assert.equal((await ended).ended, 'succeeded');
      assert.deepEqual([...again.held], []);
    });
  }

  test('a step that waited to be tried again asks for its place before its next attempt', async () => {
    const { run, places } = await runInGroup(
      'steps:\n  x: { concurrency: { group: g }, retry: { max: 1, delay: 10s }, run: wait }',
    );
    await places.give('x');
    await run.end('x', fails());
    const { places: again, backend, ended, clock } = await takenOver(run);
    assert.deepEqual(again.asked, ['x']);
    await again.give('x');
    assert.deepEqual(backend.running, []);
    clock.advance(10_000);
    await settle();
    backend.end('x', { ok: true, outputs: {} });
    assert.equal((await ended).ended, 'succeeded');
  });
});

/** A concurrency group that gives a place when the test says so. */
class Places {
  readonly held = new Set<string>();
  readonly #asking = new Map<string, (answer: Awaited<ReturnType<EnterGroup>>) => void>();

  readonly enter: EnterGroup = ({ step }, signal) =>
    new Promise((resolve) => {
      this.#asking.set(step, resolve);
      signal.addEventListener('abort', () => {
        if (this.#asking.get(step) === resolve) this.#asking.delete(step);
        resolve('aborted');
      });
    });

  get asked(): readonly string[] {
    return [...this.#asking.keys()];
  }

  async give(step: string): Promise<void> {
    const answer = this.#asking.get(step);
    assert.ok(answer, `"${step}" asks for no place`);
    this.#asking.delete(step);
    this.held.add(step);
    answer({ release: () => this.held.delete(step) });
    await settle();
  }
}

async function runInGroup(text: string): Promise<{ readonly run: SteeredRun; readonly places: Places }> {
  const places = new Places();
  const run = new SteeredRun(undefined, { enterGroup: places.enter });
  await run.start(startOf(workflowIn(text), { parallel: 8 }));
  return { run, places };
}

/** Somebody else goes on with a run, as after the death of its process. */
async function takenOver(run: SteeredRun) {
  const { clock } = run;
  const places = new Places();
  const backend = new SteeredBackend();
  const past = await run.journal.read('run');
  const [first, ...rest] = past?.events ?? [];
  assert.equal(first?.type, 'run-started');
  const journal = new MemoryJournal(clock.now);
  const writer = await journal.create('run', first);
  assert.ok(writer !== 'exists');
  writer.append(rest);
  await writer.close();
  const reopened = await journal.reopen('run');
  assert.ok(typeof reopened === 'object');
  const ended = adopt(reopened, { backend, clock, random: () => 0.5, enterGroup: places.enter });
  await settle();
  return { places, backend, clock, ended };
}
