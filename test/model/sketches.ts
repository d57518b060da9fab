import { emptyRecord } from '../../src/base/json.ts';
import type { Outcome } from '../../src/model/attempt.ts';
import type { RunStarted } from '../../src/model/run-event.ts';
import {
  DEFAULT_STOP,
  NO_RETRY,
  type ContinueOn,
  type Need,
  type OnFailure,
  type RetryPolicy,
  type Step,
  type Workflow,
} from '../../src/model/workflow.ts';

const NOWHERE = { start: 0, end: 0 };

/** A step of a test, said shortly. */
export interface Sketch {
  readonly id: string;
  readonly needs?: readonly (string | Need)[];
  readonly when?: string;
  readonly continueOn?: ContinueOn;
  readonly retry?: Partial<RetryPolicy>;
  readonly timeoutMs?: number;
  readonly totalTimeoutMs?: number;
  readonly idempotent?: boolean;
  readonly run?: string;
}

export function need(step: string, allowSkipped = false): Need {
  return { step, allowSkipped, kind: 'needs', range: NOWHERE };
}

export function stepOf(sketch: Sketch): Step {
  const { id, needs = [], retry = {}, continueOn = 'nothing', run = 'true', ...rest } = sketch;
  return {
    ...rest,
    id,
    kind: 'run',
    with: { command: run, shell: 'sh' },
    needs: needs.map((each) => (typeof each === 'string' ? need(each) : each)),
    env: emptyRecord(),
    retry: { ...NO_RETRY, ...retry },
    continueOn,
    stop: DEFAULT_STOP,
    keepStdout: false,
    range: NOWHERE,
    idRange: NOWHERE,
  };
}

export function workflowOf(sketches: readonly Sketch[], more: Partial<Workflow> = {}): Workflow {
  return {
    ref: 'test.workflow.yaml',
    name: 'test',
    digest: '',
    inputs: [],
    env: emptyRecord(),
    dotenv: [],
    steps: sketches.map(stepOf),
    finally: [],
    schedules: [],
    limits: { onFailure: 'continue' },
    ...more,
  };
}

export function startOf(
  workflow: Workflow,
  options: {
    readonly parallel?: number;
    readonly onFailure?: OnFailure;
    readonly inputs?: RunStarted['inputs'];
  } = {},
): RunStarted {
  return {
    type: 'run-started',
    version: 1,
    workflow,
    inputs: options.inputs ?? emptyRecord(),
    env: emptyRecord(),
    cause: { kind: 'person', door: 'library' },
    parallel: options.parallel ?? 4,
    onFailure: options.onFailure ?? workflow.limits.onFailure,
  };
}

export const SUCCEEDS: Outcome = { ok: true, outputs: emptyRecord() };
export const CANCELLED: Outcome = { ok: false, failure: { kind: 'cancelled' } };

export function fails(code = 1): Outcome {
  return { ok: false, failure: { kind: 'exited', code } };
}
