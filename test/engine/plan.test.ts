import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import type { KnownInput } from '../../src/engine/foreknown.ts';
import { planOf, type PlanGiven } from '../../src/engine/plan.ts';
import { analyze } from '../../src/language/analyze.ts';
import type { PlannedStep, RunPlan, StepPast } from '../../src/model/run-plan.ts';
import { workflowOf } from '../model/sketches.ts';

type Given = Partial<Omit<PlanGiven, 'past'>> & {
  /** Durations of past runs, in milliseconds. */
  readonly took?: Readonly<Record<string, number>>;
};

function plan(text: string, { took = {}, ...given }: Given = {}): RunPlan {
  const past = Object.entries(took).map(([id, p50Ms]): [string, StepPast] => [
    id,
    { runs: 3, p50Ms, p95Ms: p50Ms },
  ]);
  const { workflow } = analyze(text, { ref: 'a.workflow.yaml' });
  return planOf(workflow, { inputs: {}, parallel: 4, past: Object.fromEntries(past), ...given });
}

/** `build run`, `shout skip condition: its condition is false: inputs.loud`. */
function line({ id, will, reason }: PlannedStep): string {
  return reason === undefined ? `${id} ${will}` : `${id} ${will} ${reason.code}: ${reason.message}`;
}

function lines(text: string, given?: Given): string[] {
  return plan(text, given).steps.map(line);
}

const has = (value: KnownInput['value']): KnownInput => ({
  given: true,
  ...(value !== undefined && { value }),
});
const MISSING: KnownInput = { given: false, problem: 'Input "tag" needs a value.' };

suite('A plan says of a step', () => {
  test('that it would run, when all it needs would', () => {
    assert.deepEqual(lines('steps:\n  a: { run: x }\n  b: { run: x, needs: a }\n'), ['a run', 'b run']);
  });

  test('that its condition is false, and what that skips with it', () => {
    const text = `inputs:
  loud: { type: boolean, default: false }
steps:
  a: { run: x }
  b: { run: x, needs: a, if: inputs.loud }
  c: { run: x, needs: b }
  d: { run: x, needs: [c, a] }
  e: { run: x, needs: [{ step: b, allow: skipped }] }
  f: { run: x, needs: b, if: always() }
`;
    assert.deepEqual(lines(text, { inputs: { loud: has(false) } }), [
      'a run',
      'b skip condition: its condition is false: inputs.loud',
      'c skip upstream_skipped: it needs "b", which would be skipped',
      'd skip upstream_skipped: it needs "c", which would be skipped',
      'e run',
      'f run',
    ]);
    assert.deepEqual(lines(text, { inputs: { loud: has(true) } }).slice(1, 3), ['b run', 'c run']);
  });

  test('that only the run will show it, in the words of its condition', () => {
    const text = `steps:
  a: { run: x }
  b: { run: x, needs: a, if: failure() }
  c: { run: x, needs: b }
  d: { run: x, if: "steps.a.outputs.tag != ''" }
  e: { run: x, needs: a, if: success() && none_failed() && !cancelled() }
`;
    assert.deepEqual(lines(text), [
      'a run',
      'b maybe open_condition: it runs only if failure()',
      'c maybe open_upstream: it needs "b", which may not run',
      "d maybe open_condition: it runs only if steps.a.outputs.tag != ''",
      'e run',
    ]);
  });

  test('that it would be skipped, where one side of its condition decides', () => {
    const text = `inputs: { deploy: { type: boolean, default: false } }
steps:
  a: { run: x }
  b: { run: x, needs: a, if: success() && inputs.deploy }
  c: { run: x, if: "steps.a.outputs.tag == 'v1' && inputs.deploy" }
`;
    assert.deepEqual(
      plan(text, { inputs: { deploy: has(false) } }).steps.map(({ will }) => will),
      ['run', 'skip', 'skip'],
    );
  });

  test('that a failure cannot come to it where nothing before it would run', () => {
    const text = `steps:
  a: { run: x, if: "false" }
  b: { run: x, needs: a, if: failure() }
  c: { run: x, needs: a, if: "always() && steps.a.result == 'skipped'" }
  d: { run: x, if: failure() }
`;
    assert.deepEqual(lines(text), [
      'a skip condition: its condition is false: false',
      'b skip condition: its condition is false: failure()',
      'c run',
      'd skip condition: its condition is false: failure()',
    ]);
  });

  test('nothing for certain where a step that would be skipped may fail instead', () => {
    const text = `steps:
  a: { run: x }
  no: { run: x, if: "false" }
  both: { run: x, needs: [a, no] }
  b: { run: x, needs: [{ step: both, allow: skipped }], if: "!success()" }
  broken: { run: x, if: "steps.a.outputs.tag == 'x' && false" }
  c: { run: x, needs: broken, if: failure() }
`;
    assert.deepEqual(lines(text), [
      'a run',
      'no skip condition: its condition is false: false',
      'both skip upstream_skipped: it needs "no", which would be skipped',
      'b maybe open_condition: it runs only if !success()',
      "broken skip condition: its condition is false: steps.a.outputs.tag == 'x' && false",
      'c maybe open_condition: it runs only if failure()',
    ]);
  });

  test('that an input decides which nobody gave yet', () => {
    const text = `inputs: { tag: { type: string, required: true } }
env: { TAG: "v\${{ inputs.tag }}", MODE: fast }
steps:
  a: { run: x, if: "inputs.tag == 'x'" }
  b: { run: x, if: "env.TAG == 'vx'" }
  c: { run: x, if: "env.MODE == 'slow'" }
`;
    const message = 'its condition reads the input "tag", which has no value yet';
    assert.deepEqual(lines(text, { inputs: { tag: MISSING } }), [
      `a maybe open_input: ${message}`,
      `b maybe open_input: ${message}`,
      "c skip condition: its condition is false: env.MODE == 'slow'",
    ]);
    assert.deepEqual(lines(text, { inputs: { tag: has('x') }, env: { MODE: 'slow' } }), [
      'a run',
      'b run',
      'c run',
    ]);
  });

  test('that its condition cannot be worked out', () => {
    const [only = ''] = lines('inputs: { x: { type: string } }\nsteps:\n  a: { run: x, if: inputs.x }\n');
    assert.match(only, /^a maybe bad_condition: `inputs\.x` has no value/);
  });

  test('that it is not selected; what it would hand on counts as there', () => {
    const text = 'steps:\n  a: { run: x }\n  b: { run: x, needs: a }\n  c: { run: x, needs: b }\n';
    assert.deepEqual(lines(text, { selected: new Set(['b']) }), [
      'a skip not_selected: it is not selected',
      'b run',
      'c skip not_selected: it is not selected',
    ]);
  });

  test('what it runs as it is written, how often, and how it is bounded', () => {
    const text = `steps:
  a: { run: "echo \${{ inputs.x }}", retry: { max: 2 }, timeout: 5m }
  b: { run: [printf, "%s %s", x] }
  c: { script: "print(1)", language: python }
`;
    const [a, b, c] = plan(text).steps;
    assert.deepEqual([a?.command, a?.retryMax, a?.timeoutMs], ['echo ${{ inputs.x }}', 2, 300_000]);
    assert.deepEqual([b?.command, c?.command], ['printf "%s %s" x', 'print(1)']);
  });

  test('how many items it has, where its lists are known', () => {
    const items = (fanOut: string, given?: Given) =>
      plan(`steps:\n  list: { run: x }\n  a: { run: x, ${fanOut} }\n`, given).steps[1]?.fanOut?.items;
    assert.equal(items('for_each: [1, 2, 3]'), 3);
    assert.equal(items('for_each: []'), 0);
    assert.equal(items('for_each: "${{ fromJSON(steps.list.outputs.files) }}"'), undefined);
    const inputs = { list: has('["a", "b"]') };
    assert.equal(items('for_each: "${{ fromJSON(inputs.list) }}"', { inputs }), 2);
    assert.equal(items('matrix: { os: [linux, mac], node: [20, 22, 24] }'), 6);
    assert.equal(items('matrix: { os: [linux, mac], node: [20, 22], exclude: [{ os: mac, node: 20 }] }'), 3);
    assert.equal(items('matrix: { os: [linux, mac], include: [{ os: mac, gpu: yes }, { os: win }] }'), 3);
    assert.equal(items('matrix: { include: [{ os: mac }, { os: win }] }'), 2);
    assert.equal(items('matrix: { os: [a], n: "${{ fromJSON(steps.list.outputs.n) }}" }'), undefined);
  });

  test('that nobody knows which items a condition holds for', () => {
    const text = 'steps:\n  a: { run: x, for_each: [1, 2], if: item == 1 }\n';
    assert.deepEqual(lines(text), ['a maybe open_condition: it runs only if item == 1']);
  });
});

suite('A plan shows', () => {
  test('waves, and the critical path by past durations', () => {
    const text = `steps:
  a: { run: x }
  b: { run: x, needs: a }
  c: { run: x, needs: a }
  d: { run: x, needs: [b, c] }
`;
    const { waves, criticalPath, criticalMs, expectedMs, complete } = plan(text, {
      took: { a: 10, b: 20, c: 300, d: 5 },
      parallel: 1,
    });
    assert.deepEqual(waves, [['a'], ['b', 'c'], ['d']]);
    assert.deepEqual([criticalPath, criticalMs, expectedMs, complete], [['a', 'c', 'd'], 315, 335, true]);
    assert.deepEqual(
      plan(text, { took: { b: 7 } }).steps.map(({ id, critical, expectedMs: own }) => [id, critical, own]),
      [
        ['a', true, undefined],
        ['b', true, 7],
        ['c', false, undefined],
        ['d', true, undefined],
      ],
    );
  });

  test('the longest chain of steps where nothing is known of their durations', () => {
    const text = 'steps:\n  z: { run: x }\n  a: { run: x }\n  b: { run: x, needs: a }\n';
    const { criticalPath, expectedMs, complete } = plan(text);
    assert.deepEqual([criticalPath, expectedMs, complete], [['a', 'b'], 0, false]);
  });

  test('no time for what would be skipped, and none for a person who is asked', () => {
    const text = `steps:
  a: { run: x, if: "false" }
  ask: { gate: { approval: "Go on?" } }
  b: { run: x, needs: ask }
`;
    const { expectedMs, complete, criticalPath, approvals } = plan(text, {
      took: { a: 500, ask: 9000, b: 30 },
    });
    assert.deepEqual([expectedMs, complete], [30, true]);
    assert.deepEqual([criticalPath, approvals], [['ask', 'b'], ['ask']]);
  });

  test('that the step with the longest path ahead of it goes first', () => {
    const text = 'steps:\n  a: { run: x }\n  b: { run: x }\n  c: { run: x }\n  d: { run: x, needs: c }\n';
    const took = { a: 10, b: 10, c: 10, d: 10 };
    assert.equal(plan(text, { took, parallel: 2 }).expectedMs, 20);
  });

  test('loops with a round of what is in them, and gates by what they ask', () => {
    const text = `inputs: { strict: { type: boolean, default: false } }
steps:
  check: { gate: { check: npm test } }
  tdd:
    needs: check
    loop:
      max: 5
      steps:
        write: { run: x }
        test: { run: x, needs: write, if: loop.round > 1 }
        sure: { run: x, needs: write, if: inputs.strict }
        ok: { gate: { approval: "Good?" } }
`;
    const shown = plan(text, { inputs: { strict: has(false) }, took: { tdd: 50 } });
    const [check, tdd] = shown.steps;
    assert.deepEqual([check?.gate, check?.command, tdd?.loop?.max], ['check', 'npm test', 5]);
    assert.deepEqual(tdd?.loop?.steps.waves, [
      ['write', 'ok'],
      ['test', 'sure'],
    ]);
    assert.deepEqual(tdd?.loop?.steps.steps.map(line), [
      'write run',
      'test maybe open_condition: it runs only if loop.round > 1',
      'sure skip condition: its condition is false: inputs.strict',
      'ok run',
    ]);
    assert.deepEqual([shown.approvals, shown.expectedMs], [['tdd.ok'], 50]);
  });

  test('what comes at last apart from the rest, asking about the whole run', () => {
    const text = `steps:
  a: { run: x, if: "false" }
finally:
  tidy: { run: x }
  alarm: { run: x, if: failure() }
  tell: { run: x, needs: tidy, if: "always()" }
`;
    const { finally: last, steps } = plan(text, { selected: new Set(['a']) });
    assert.deepEqual(
      steps.map(({ id }) => id),
      ['a'],
    );
    assert.deepEqual(last?.steps.map(line), [
      'tidy run',
      'alarm maybe open_condition: it runs only if failure()',
      'tell run',
    ]);
    assert.deepEqual(last?.waves, [['tidy', 'alarm'], ['tell']]);
  });

  test('inputs with what is missing, and secrets by their names alone', () => {
    const text = `inputs:
  who: { type: string, default: world }
  tag: { type: string, required: true }
  token: { type: string, secret: true, default: hidden }
steps: { a: { run: x, if: "inputs.token != ''" } }
`;
    const inputs = { who: { given: false, value: 'world' }, tag: MISSING, token: has('s3cret') };
    const shown = plan(text, { inputs });
    assert.deepEqual(shown.inputs, [
      {
        name: 'who',
        type: 'string',
        required: false,
        secret: false,
        given: false,
        value: 'world',
        default: 'world',
      },
      {
        name: 'tag',
        type: 'string',
        required: true,
        secret: false,
        given: false,
        problem: 'Input "tag" needs a value.',
      },
      { name: 'token', type: 'string', required: false, secret: true, given: true },
    ]);
    assert.deepEqual(shown.secrets, ['token']);
    assert.doesNotMatch(JSON.stringify(shown), /s3cret|hidden/);
    assert.equal(shown.steps[0]?.will, 'run');
  });

  test('its concurrency group, filled in where that can be', () => {
    const text = (group: string) =>
      `concurrency: { group: "${group}", limit: 2, when_full: reject }\nsteps: { a: { run: x } }\n`;
    const group = (written: string) =>
      plan(text(written), { inputs: { to: has('prod') } }).concurrency?.group;
    assert.equal(group('deploy-${{ inputs.to }}'), 'deploy-prod');
    assert.equal(group('deploy-${{ run.id }}'), 'deploy-${{ run.id }}');
  });

  test('the same after a journey through JSON', () => {
    const shown = plan('steps:\n  a: { run: x, if: "false" }\n  b: { run: x, for_each: [1] }\n');
    assert.deepEqual(JSON.parse(JSON.stringify(shown)), shown);
  });

  test('ten thousand steps in a moment', () => {
    const steps = Array.from({ length: 10_000 }, (_, i) => {
      return { id: `s${i}`, needs: i < 1 ? [] : [`s${(i - 1) >> 1}`], when: 'inputs.go' };
    });
    const workflow = workflowOf(steps);
    const since = performance.now();
    const shown = planOf(workflow, { inputs: { go: has(true) }, parallel: 8 });
    assert.equal(shown.steps.length, 10_000);
    const tookMs = performance.now() - since;
    assert.ok(tookMs < 5000, `it took ${tookMs} ms`);
  });
});
