import fs from 'node:fs';
import path from 'node:path';
import { emptyRecord, type Json } from '../base/json.ts';
import type { Result } from '../base/result.ts';
import type { ChildAssignment, ChildWatch, RunWorld } from '../engine/run.ts';
import type { AttemptIo } from '../executors/executor.ts';
import type { Asked } from '../journal/journal.ts';
import { describeFailure, type LargeValue, type Outcome, type RunId } from '../model/attempt.ts';
import { applyEvent } from '../model/apply-event.ts';
import { fileNameOf } from '../model/file-name.ts';
import { outputsOf } from '../model/inside.ts';
import type { Caller, Cause, RunEvent, StopAsker } from '../model/run-event.ts';
import { isPaused, type RunState } from '../model/run-state.ts';

/** How deep a run may be below one that somebody started. */
export const DEEPEST_RUN = 16;

/** A child run that this process carries on. */
export interface StartedChild {
  readonly ended: Promise<RunState>;
  stop(how: { readonly force: boolean; readonly by: StopAsker }): Promise<Asked>;
}

/** A child that runs now, or one that a former owner saw end. */
export type BegunChild =
  | { readonly kind: 'running'; readonly child: StartedChild }
  | { readonly kind: 'over'; readonly state: RunState };

/** What running a child needs of whoever owns runs. */
export interface ChildDoor {
  /** The steps that this run is a child of, the nearest first. */
  readonly above: readonly Caller[];
  /** The folder in which a run keeps values that are too large for its journal. */
  readonly valuesOf: (run: RunId) => string;
  /** Begins the run, or goes on with it where a former owner began it. The error says why it cannot be. */
  begin(child: {
    readonly run: RunId;
    readonly ref: string;
    readonly inputs: Readonly<Record<string, Json>>;
    readonly cause: Cause;
    readonly onEvents: (events: readonly RunEvent[]) => void;
  }): Promise<Result<BegunChild, string>>;
}

/** Carries out `workflow` steps: each is a run with a journal of its own, that a stop of this run reaches first. */
export function childRunner(door: ChildDoor): NonNullable<RunWorld['runChild']> {
  return async (assignment, io, watch) => {
    try {
      return await runChild(door, { assignment, io, watch });
    } catch (error) {
      return { ok: false, failure: { kind: 'crashed', message: (error as Error).message } };
    }
  };
}

interface ChildOrder {
  readonly assignment: ChildAssignment;
  readonly io: AttemptIo;
  readonly watch: ChildWatch;
}

async function runChild(door: ChildDoor, { assignment, io, watch }: ChildOrder): Promise<Outcome> {
  const { path: ref, inputs, child: run } = assignment.with;
  if (door.above.length >= DEEPEST_RUN)
    return notStarted(`workflows that run workflows go at most ${DEEPEST_RUN} deep`);
  const log = (line: string) => io.log.write(Buffer.from(`${line}\n`));
  log(`Run ${run} of ${ref}`);
  const cause: Cause = { kind: 'workflow', run: assignment.run, step: assignment.step, above: door.above };
  const leash = new Leash(io, watch, assignment.timeoutMs);
  const onEvents = (events: readonly RunEvent[]) => {
    events.flatMap(lineOf).forEach(log);
    leash.note(events);
  };
  const begun = await door.begin({ run, ref, inputs, cause, onEvents });
  try {
    if (!begun.ok) return notStarted(begun.error);
    if (begun.value.kind === 'over') return outcomeOf(begun.value.state, door, assignment);
    const { child } = begun.value;
    leash.hold(child);
    const state = await child.ended;
    return leash.outcome() ?? outcomeOf(state, door, assignment);
  } finally {
    leash.letGo();
  }
}

function notStarted(message: string): Outcome {
  return { ok: false, failure: { kind: 'not-started', code: 125, message } };
}

/** Hands a stop down to the child; the first cause wins (rule E4). What people take to answer is not the child's time. */
class Leash {
  #child: StartedChild | undefined;
  /** The child as its facts leave it. */
  #state: RunState | undefined;
  #paused = false;
  readonly #io: AttemptIo;
  readonly #watch: ChildWatch;
  readonly #timeoutMs: number | undefined;
  /** Of the time limit, in milliseconds, when the clock was last set going at `#since`. */
  #left: number;
  #since = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #cause: 'cancelled' | 'timed-out' | undefined;

  constructor(io: AttemptIo, watch: ChildWatch, timeoutMs: number | undefined) {
    this.#io = io;
    this.#watch = watch;
    this.#timeoutMs = timeoutMs;
    this.#left = timeoutMs ?? 0;
  }

  hold(child: StartedChild): void {
    const io = this.#io;
    this.#child = child;
    if (!this.#paused) this.#setGoing();
    if (io.cancel.aborted) this.#onCancel();
    if (io.kill.aborted) this.#onKill();
    io.cancel.addEventListener('abort', this.#onCancel);
    io.kill.addEventListener('abort', this.#onKill);
  }

  note(events: readonly RunEvent[]): void {
    for (const event of events) this.#state = applyEvent(this.#state, event);
    const paused = this.#state !== undefined && this.#state.ended === undefined && isPaused(this.#state);
    if (paused === this.#paused) return;
    this.#paused = paused;
    this.#watch.onPause(paused);
    if (this.#child === undefined || this.#watch.countsPauses) return;
    if (!paused) return this.#setGoing();
    clearTimeout(this.#timer);
    this.#left -= performance.now() - this.#since;
  }

  #setGoing(): void {
    if (this.#timeoutMs === undefined) return;
    this.#since = performance.now();
    const wait = Math.min(Math.max(0, this.#left), 2 ** 31 - 1);
    this.#timer = setTimeout(() => this.#stop('timed-out'), wait);
  }

  readonly #onCancel = () => this.#stop('cancelled');
  readonly #onKill = () => {
    this.#cause ??= 'cancelled';
    void this.#child?.stop({ force: true, by: 'request' });
  };

  #stop(cause: 'cancelled' | 'timed-out'): void {
    if (this.#cause !== undefined) return;
    this.#cause = cause;
    void this.#child?.stop({ force: false, by: cause === 'timed-out' ? 'timeout' : 'request' });
  }

  outcome(): Outcome | undefined {
    if (this.#cause === undefined) return undefined;
    if (this.#cause === 'cancelled') return { ok: false, failure: { kind: 'cancelled' } };
    return { ok: false, failure: { kind: 'timed-out', afterMs: this.#timeoutMs ?? 0 } };
  }

  letGo(): void {
    clearTimeout(this.#timer);
    this.#io.cancel.removeEventListener('abort', this.#onCancel);
    this.#io.kill.removeEventListener('abort', this.#onKill);
  }
}

/** What the child's steps published, later steps before earlier ones; lists as JSON. */
function outcomeOf(state: RunState, door: ChildDoor, assignment: ChildAssignment): Outcome {
  const { ended } = state;
  if (ended !== 'succeeded') {
    return { ok: false, failure: { kind: 'child', run: state.run, status: ended ?? 'lost' } };
  }
  const outputs = emptyRecord<string>();
  const large = emptyRecord<LargeValue>();
  for (const { id } of state.workflow.steps) {
    const step = state.steps[id];
    if (step === undefined) continue;
    const kept = step.attempts.at(-1)?.outcome;
    const files = kept?.ok === true ? (kept.large ?? {}) : {};
    // What a leaf keeps as a file is handed on as one; lists of such values have to be read.
    const read =
      kept?.ok === true && step.inside === undefined ? () => '' : readerIn(door.valuesOf(state.run));
    for (const [name, value] of Object.entries(outputsOf(state, step, read))) {
      const file = files[name];
      if (file === undefined) {
        outputs[name] = typeof value === 'string' ? value : JSON.stringify(value);
        delete large[name];
      } else {
        large[name] = adoptValue(file, {
          from: door.valuesOf(state.run),
          to: door.valuesOf(assignment.run),
          as: `${fileNameOf(assignment.step, assignment.attempt)}.${file.file}`,
        });
        delete outputs[name];
      }
    }
  }
  return { ok: true, outputs, ...(Object.keys(large).length > 0 && { large }) };
}

function readerIn(folder: string): (file: string) => string {
  return (file) => fs.readFileSync(path.join(folder, file), 'utf8');
}

/** A value of the child becomes one of its parent, which may outlive it, under a name that nobody else there has. */
function adoptValue(
  { file, bytes }: LargeValue,
  { from, to, as }: { readonly from: string; readonly to: string; readonly as: string },
): LargeValue {
  fs.mkdirSync(to, { recursive: true });
  fs.copyFileSync(path.join(from, file), path.join(to, as));
  return { file: as, bytes };
}

/** The child's steps in the log of the step that runs it. */
function lineOf(event: RunEvent): readonly string[] {
  if (event.type === 'step-waiting' && event.wait.for === 'answer') {
    const gate = /^[\w.-]+$/.test(event.step) ? event.step : `'${event.step}'`;
    return [
      `  ${event.step} asks: ${event.wait.question}`,
      `  baton answer ${event.run} ${gate} approve   or   reject`,
    ];
  }
  if (event.type === 'gate-answered') return [`  ${event.step} answered: ${event.answer}`];
  if (event.type === 'step-skipped') return [`  ${event.step} skipped: ${event.reason}`];
  if (event.type !== 'attempt-ended') return [];
  return [`  ${event.step} ${event.outcome.ok ? 'succeeded' : describeFailure(event.outcome.failure)}`];
}
