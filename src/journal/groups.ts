import type { RunId, StepAddress } from '../model/attempt.ts';

/**
 * Groups of runs and steps of which only so many go on at once, over all processes (the language's `concurrency`).
 * Places are given in the order of arrival; a place is free again when its holder gives it back or its process is gone.
 * One contract suite (`test/journal/groups-contract.ts`) holds for every implementation.
 *
 * A step in the group of its own run, of a step around it or of a run that this one is a child of shares that place:
 * it can never wait for itself. Beside each other such steps still count, so two of them keep to the limit that they
 * ask for. A place is given back after those inside it.
 */
export interface Groups {
  /** Takes a place, and waits for it where that is asked for. Never rejects. */
  enter(request: GroupRequest, signal: AbortSignal): Promise<Entered>;
  /** Who holds and who waits, in order: for people who look. Changes nothing. */
  look(group: string): Promise<GroupView>;
}

export interface GroupRequest {
  /** Any text; two groups are one when their texts are equal. */
  readonly group: string;
  /** From 1. Counts for this request: it begins behind at most `limit - 1` others, whatever limits they came with. */
  readonly limit: number;
  /**
   * `queue` waits. `reject` never waits: no place free, or somebody waiting already, is `full`. `cancel_oldest` asks
   * those before it to make room, so that the newest wins: all that wait, and the oldest holders beyond `limit - 1`.
   */
  readonly whenFull: 'queue' | 'cancel_oldest' | 'reject';
  readonly holder: Holder;
  /**
   * Asks a holder, or somebody who waits, to stop; the place comes when it is given back or its process is gone.
   * False where it cannot be asked yet: then it is asked again. Otherwise each is asked once.
   */
  evict(holder: Holder): Promise<boolean>;
  /** Told when it has to wait and whenever that changes: the place in the queue, from 1, and who holds the group. */
  onWait?(position: number, holders: readonly Holder[]): void;
}

/** A run, or one step of it. */
export interface Holder {
  readonly run: RunId;
  readonly step?: StepAddress;
  /** The step that this run is a child of. */
  readonly within?: Holder;
}

/** `aborted`: the signal came first. */
export type Entered = Lease | 'full' | 'aborted' | GroupTrouble;

/** The group cannot be kept at all: the disk is full, the folder may not be written. The text says which. */
export interface GroupTrouble {
  readonly trouble: string;
}

/** A held place. */
export interface Lease extends Disposable {
  /** Gives the place back; once more does nothing. */
  release(): void;
}

export interface GroupView {
  readonly holders: readonly Holder[];
  readonly waiting: readonly Holder[];
}
