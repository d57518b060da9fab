import type { RunId, StepAddress } from '../model/attempt.ts';
import type { Cause, Fact, GateAnswer, RunEvent, RunStarted, StopAsker } from '../model/run-event.ts';
import type { RunStatus } from '../model/run-state.ts';
import type { LogSink } from '../model/log-sink.ts';

/**
 * Where facts and logs are kept. Only the owner of a run writes its journal; everybody may read, follow and
 * drop requests. One contract suite (`test/journal/contract.ts`) holds for every implementation.
 */
export interface Journal {
  /** Claims the run id and writes the first fact. Losing the race is normal: several processes may fire one schedule. */
  create(run: RunId, first: RunStarted): Promise<JournalWriter | 'exists'>;
  /** Takes over a run whose owner died. `ended`: there is nothing to go on with. `unreadable`: not even what it was to do. */
  reopen(run: RunId): Promise<Reopened | 'owned' | 'ended' | 'unknown' | 'unreadable'>;
  read(run: RunId): Promise<RunRecord | undefined>;
  /**
   * A run's facts of some types, up to the first that cannot be trusted, for who looks at many runs: the others are not
   * even parsed. None of a run that is not there.
   */
  readFacts(run: RunId, types: ReadonlySet<Fact['type']>): Promise<readonly RunEvent[]>;
  /** The past at once, then live, until the run ends or is lost or the signal aborts. */
  follow(run: RunId, signal?: AbortSignal): AsyncIterable<JournalNews>;
  /** Newest first. */
  list(): Promise<readonly RunSummary[]>;
  /** Tells a listener that some run began, ended or was lost, or that runs were removed. */
  onChange(listener: () => void): Disposable;
  /** Asks the owner of a run for something. */
  request(run: RunId, request: Request): Promise<Asked>;
  /** Output of one attempt so far, from an offset in bytes. Undefined when there is none. */
  readLog(query: LogQuery): Promise<Uint8Array | undefined>;
  /** Where an attempt's log lives, for those who open it as a file. */
  logPath(run: RunId, step: StepAddress, attempt: number): string | undefined;
  /** Forgets an ended or lost run, logs and all. */
  remove(run: RunId): Promise<'removed' | 'running' | 'unknown'>;
}

export interface LogQuery {
  readonly run: RunId;
  readonly step: StepAddress;
  readonly attempt: number;
  readonly fromByte: number;
  readonly maxBytes: number;
}

/** The owner's end of one run's journal. */
export interface JournalWriter {
  readonly run: RunId;
  /** What `create` wrote; nothing for a run that was taken over. */
  readonly first: readonly RunEvent[];
  /** A folder of the run's own for scripts and outputs, absolute. */
  readonly scratch: string;
  /** Where values live that are too large for the journal (rule V5), absolute. May not be there yet. */
  readonly values: string;
  /**
   * Numbers, stamps and writes facts; they have reached the operating system on return. Throws JournalFailure.
   * `at`: when they happened, by a clock that nobody sets; absent means now.
   */
  append(facts: readonly Fact[], at?: number): readonly RunEvent[];
  log(step: StepAddress, attempt: number): LogSink;
  /** Tells of requests, those that waited first. */
  onRequest(listener: (request: Request) => void): Disposable;
  /** Writes everything through to the disk and gives the run up. */
  close(): Promise<void>;
}

export interface Reopened {
  readonly writer: JournalWriter;
  /** What the dead owner left. */
  readonly record: RunRecord;
}

/** What people ask of a running run. */
export type Request =
  | { readonly type: 'stop'; readonly force: boolean; readonly by: StopAsker }
  /** Of one step, with all that is in it. */
  | { readonly type: 'stop-step'; readonly step: StepAddress; readonly by: 'request' | 'group' }
  | {
      readonly type: 'answer';
      readonly step: StepAddress;
      readonly answer: GateAnswer;
      readonly who?: string;
      readonly note?: string;
    };

/**
 * `told`: the owner gets to know. `left`: nobody is at work, but whoever goes on with the run finds it (what a parked
 * run is asked, and answers to gates). `gone`: nobody ever will.
 */
export type Asked = 'told' | 'left' | 'gone';

/** `live`: its owner is at work. `ended`: it has a `run-ended`. `parked`: only people can go on. `lost`: none of these. */
export type Presence = 'live' | 'ended' | 'parked' | 'lost';

export interface RunRecord {
  readonly run: RunId;
  readonly events: readonly RunEvent[];
  readonly presence: Presence;
  /** What was wrong with the file, in words; empty when nothing was. */
  readonly notices: readonly string[];
}

export interface JournalNews {
  readonly events: readonly RunEvent[];
  readonly presence: Presence;
}

export interface RunSummary {
  readonly run: RunId;
  /** The workflow's path. */
  readonly workflow: string;
  readonly name: string;
  readonly cause: Cause;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly status: RunStatus;
}

/** The journal itself cannot be written: the disk is full, the folder is gone. The run cannot go on. */
export class JournalFailure extends Error {}

/** What a reader makes of the last event there is, and of whether somebody owns the run. */
export function presenceAfter(last: RunEvent | undefined, owned: boolean): Presence {
  if (last?.type === 'run-ended') return 'ended';
  if (owned) return 'live';
  return last?.type === 'run-parked' ? 'parked' : 'lost';
}

/** Whether anybody will ever hear of a request. A lost run is not stopped: it is not running. */
export function isHeard(presence: Presence, request: Request): boolean {
  return presence === 'live' || presence === 'parked' || (presence === 'lost' && request.type === 'answer');
}
