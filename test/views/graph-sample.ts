import { linesOf } from '../../src/base/lines.ts';
import type { Outcome } from '../../src/model/attempt.ts';
import type { Fact, RunEvent } from '../../src/model/run-event.ts';
import { replay } from '../../src/model/apply-event.ts';
import type { RunState } from '../../src/model/run-state.ts';
import type { StepKind } from '../../src/model/step-kind.ts';
import {
  DEFAULT_STOP,
  NO_RETRY,
  type Need,
  type Step,
  type StepOfKind,
  type Workflow,
} from '../../src/model/workflow.ts';

/** When every sample run begins. */
export const BEGIN = 1_767_225_600_000;

const FIELDS: { readonly [K in StepKind]: Extract<StepOfKind, { readonly kind: K }> } = {
  run: { kind: 'run', with: { command: 'true' } },
  script: { kind: 'script', with: { text: '', language: 'node' } },
  agent: { kind: 'agent', with: { prompt: '', by: { command: ['agent'] }, output: 'text' } },
  workflow: { kind: 'workflow', with: { path: 'x.yaml', inputs: {} } },
  gate: { kind: 'gate', with: { by: { approval: '?' }, max: 1, onTimeout: 'reject' } },
  loop: { kind: 'loop', with: { steps: [], max: 10 } },
};

/**
 * A workflow from a sketch, one step a line: `test: run needs build reads list retry 2 back to review allowed`.
 * Ranges are real: they point into the sketch.
 */
export function workflowOf(sketch: string, name = 'Release'): Workflow {
  const steps: Step[] = [];
  const lines = linesOf(sketch);
  for (const [index, line] of sketch.split('\n').entries()) {
    const match = /^\s*(\w[\w-]*): (\w+)(.*)$/.exec(line);
    if (match === null) continue;
    const [, id = '', kind = 'run', rest = ''] = match;
    const start = lines.offset({ line: index, character: line.indexOf(id) });
    const range = { start, end: start + line.trim().length };
    const ids = (word: string): string[] =>
      new RegExp(`${word} ([\\w,-]+)`).exec(rest)?.[1]?.split(',').filter(Boolean) ?? [];
    const needs = [
      ...ids('needs').map((step): Need => ({ step, allowSkipped: false, kind: 'needs', range })),
      ...ids('reads').map((step): Need => ({ step, allowSkipped: false, kind: 'data', range })),
    ];
    const [rewindTo] = ids('to');
    const fields = FIELDS[kind as StepKind]; // a sketch with another word fails loudly below
    steps.push({
      ...(fields.kind === 'gate' && rewindTo !== undefined
        ? { ...fields, with: { ...fields.with, rewindTo } }
        : fields),
      id,
      needs,
      env: {},
      retry: { ...NO_RETRY, max: Number(ids('retry')[0] ?? 0) },
      continueOn: rest.includes('allowed') ? 'any-failure' : 'nothing',
      stop: DEFAULT_STOP,
      keepStdout: false,
      range,
      idRange: { start, end: start + id.length },
    });
  }
  return {
    ref: 'release.workflow.yaml',
    name,
    digest: 'd',
    inputs: [],
    env: {},
    dotenv: [],
    steps,
    finally: [],
    schedules: [],
    limits: { onFailure: 'continue' },
  };
}

/** A run of it after these facts, each with its time in milliseconds from the beginning. */
export function runOf(workflow: Workflow, facts: readonly (readonly [number, Fact])[]): RunState {
  const state = replay(eventsOf(workflow, facts));
  if (state === undefined) throw new Error('a sample run begins with run-started');
  return state;
}

export function eventsOf(workflow: Workflow, facts: readonly (readonly [number, Fact])[]): RunEvent[] {
  const all: (readonly [number, Fact])[] = [
    [
      0,
      {
        type: 'run-started',
        version: 1,
        workflow,
        inputs: {},
        env: {},
        cause: { kind: 'person', door: 'editor' },
        parallel: 4,
        onFailure: 'continue',
      },
    ],
    ...facts,
  ];
  return all.map(([at, fact], index): RunEvent => ({ seq: index + 1, at: BEGIN + at, run: 'r1', ...fact }));
}

export function started(at: number, step: string, attempt = 1): readonly [number, Fact] {
  return [at, { type: 'attempt-started', step, attempt }];
}

export function ended(
  at: number,
  step: string,
  end: {
    readonly took: number;
    readonly attempt?: number;
    readonly outcome?: Outcome;
    readonly retryAt?: number;
  },
): readonly [number, Fact] {
  return [
    at,
    {
      type: 'attempt-ended',
      step,
      attempt: end.attempt ?? 1,
      outcome: end.outcome ?? { ok: true, outputs: {} },
      durationMs: end.took,
      ...(end.retryAt !== undefined && { retryAt: BEGIN + end.retryAt }),
    },
  ];
}

export function exited(code: number): Outcome {
  return { ok: false, failure: { kind: 'exited', code } };
}

/** The workflow of the screenshots: every kind of step and of edge. */
export const RELEASE = `
checkout: run
install: run needs checkout retry 2
lint: run needs install allowed
unit-tests: run needs install
build: script needs install
browser-tests: script needs install retry 2
handbook: workflow needs build
review: agent needs lint,build reads unit-tests
polish: loop needs build
quality: gate needs review back to review
sign_off: gate needs quality,polish,browser-tests
publish: workflow needs sign_off,handbook reads checkout
`;

/** That workflow in the middle of a run: nearly every state at once. */
export function releaseRun(): RunState {
  return runOf(workflowOf(RELEASE), [
    started(10, 'checkout'),
    ended(1_250, 'checkout', { took: 1_240 }),
    started(1_260, 'install'),
    ended(9_000, 'install', { took: 7_740, outcome: exited(1), retryAt: 10_000 }),
    started(10_000, 'install', 2),
    ended(23_900, 'install', { took: 13_900, attempt: 2 }),
    started(23_910, 'lint'),
    started(23_912, 'unit-tests'),
    started(23_913, 'browser-tests'),
    ended(26_000, 'lint', { took: 2_090, outcome: exited(1) }),
    started(26_010, 'build'),
    ended(38_400, 'build', { took: 12_390 }),
    ended(39_000, 'browser-tests', { took: 15_087, outcome: exited(7), retryAt: 59_000 }),
    [39_010, { type: 'step-skipped', step: 'handbook', reason: 'condition' }],
    [39_020, { type: 'step-skipped', step: 'publish', reason: 'upstream_skipped', because: 'handbook' }],
  ]);
}
