import * as vscode from 'vscode';
import type { Presence, RunSummary } from '../journal/journal.ts';
import type { RunId } from '../model/attempt.ts';
import { applyEvent, replay } from '../model/apply-event.ts';
import type { RunState } from '../model/run-state.ts';
import { usualDurations } from '../project/history.ts';
import type { Place, Projects } from './projects.ts';
import type { Trouble } from './trouble.ts';

/** One run as this window sees it. The object stays the same as long as the run is listed; its fields change. */
export interface SeenRun {
  readonly id: RunId;
  readonly place: Place;
  readonly summary: RunSummary;
  /** There while the run is followed, and once somebody asked for it. */
  readonly state: RunState | undefined;
  /** It was going on when this window first saw it. */
  readonly seenLive: boolean;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Listing {
  readonly place: Place;
  readonly subscription: Disposable;
  readonly runs: Map<RunId, Writable<SeenRun>>;
  reading: Promise<void> | undefined;
  stale: boolean;
}

/** The runs of all folders: ended ones are listed, live ones are followed, whoever started them. */
export class RunsWatch implements vscode.Disposable {
  readonly #projects: Projects;
  readonly #trouble: Trouble;
  readonly #listings = new Map<Place, Listing>();
  /** Until the list changes. */
  #sorted: readonly SeenRun[] | undefined;
  #newest: Map<Place, Map<string, SeenRun>> | undefined;
  readonly #followed = new Set<SeenRun>();
  readonly #end = new AbortController();
  readonly #listChanged = new vscode.EventEmitter<void>();
  /** Runs came or went. */
  readonly onDidChangeList = this.#listChanged.event;
  readonly #runChanged = new vscode.EventEmitter<SeenRun>();
  /** A run went on or ended. */
  readonly onDidChangeRun = this.#runChanged.event;
  readonly #subscription: vscode.Disposable;

  constructor(projects: Projects, trouble: Trouble) {
    this.#projects = projects;
    this.#trouble = trouble;
    this.#subscription = projects.onDidChange(() => this.#watchPlaces());
    this.#watchPlaces();
  }

  /** Newest first, over all folders. */
  all(): readonly SeenRun[] {
    return (this.#sorted ??= [...this.#listings.values()]
      .flatMap(({ runs }) => [...runs.values()])
      .sort((a, b) => b.summary.startedAt - a.summary.startedAt || (a.id < b.id ? 1 : -1)));
  }

  live(): readonly SeenRun[] {
    return this.all().filter((run) => run.summary.status === 'running');
  }

  find(id: RunId, place?: Place): SeenRun | undefined {
    return this.all().find((run) => run.id === id && (place === undefined || run.place === place));
  }

  lastOf(place: Place, workflow: string): SeenRun | undefined {
    return this.#newestByWorkflow().get(place)?.get(workflow);
  }

  /** The last run of each workflow. */
  newest(): readonly SeenRun[] {
    return [...this.#newestByWorkflow().values()].flatMap((each) => [...each.values()]);
  }

  #newestByWorkflow(): Map<Place, Map<string, SeenRun>> {
    if (this.#newest !== undefined) return this.#newest;
    const newest = new Map<Place, Map<string, SeenRun>>();
    for (const run of this.all()) {
      let ofPlace = newest.get(run.place);
      if (ofPlace === undefined) newest.set(run.place, (ofPlace = new Map()));
      if (!ofPlace.has(run.summary.workflow)) ofPlace.set(run.summary.workflow, run);
    }
    return (this.#newest = newest);
  }

  /** The run with its steps, read from its journal unless it is followed. */
  async load(run: SeenRun): Promise<RunState | undefined> {
    if (run.state !== undefined) return run.state;
    const record = await run.place.project.runs.journal.read(run.id);
    const state = record && replay(record.events);
    // Only this class writes to a SeenRun; it may have begun to follow the run in the meantime.
    return ((run as Writable<SeenRun>).state ??= state);
  }

  /** Settles when the list is as the disk has it now. */
  async refresh(place?: Place): Promise<void> {
    const listings = [...this.#listings.values()].filter(
      (each) => place === undefined || each.place === place,
    );
    await Promise.all(listings.map((listing) => this.#read(listing)));
  }

  #watchPlaces(): void {
    const places = this.#projects.all();
    for (const [place, listing] of this.#listings) {
      if (places.includes(place)) continue;
      listing.subscription[Symbol.dispose]();
      this.#listings.delete(place);
    }
    for (const place of places) {
      if (this.#listings.has(place)) continue;
      const changed = () => this.#trouble.watch(vscode.l10n.t('listing the runs'), this.refresh(place));
      const subscription = place.project.runs.journal.onChange(changed);
      this.#listings.set(place, { place, subscription, runs: new Map(), reading: undefined, stale: false });
      changed();
    }
    this.#changeList();
  }

  #changeList(): void {
    this.#sorted = undefined;
    this.#newest = undefined;
    this.#listChanged.fire();
  }

  /** Reads once more when something changed during a reading. */
  #read(listing: Listing): Promise<void> {
    if (listing.reading !== undefined) {
      listing.stale = true;
      return listing.reading;
    }
    const read = async () => {
      do {
        listing.stale = false;
        const { runs, workflows } = listing.place.project;
        const summaries = await runs.journal.list();
        workflows.expect(usualDurations(summaries));
        this.#take(listing, summaries);
      } while (listing.stale);
    };
    return (listing.reading = read().finally(() => (listing.reading = undefined)));
  }

  #take({ place, runs }: Listing, summaries: readonly RunSummary[]): void {
    let listChanged = false;
    const gone = new Set(runs.keys());
    for (const summary of summaries) {
      gone.delete(summary.run);
      const live = summary.status === 'running';
      let run = runs.get(summary.run);
      if (run === undefined) {
        run = { id: summary.run, place, summary, state: undefined, seenLive: live };
        runs.set(summary.run, run);
        listChanged = true;
      } else if (run.summary.status !== summary.status && !this.#followed.has(run)) {
        run.summary = summary;
        run.state = undefined;
        this.#runChanged.fire(run);
      }
      if (live && !this.#followed.has(run)) void this.#follow(run);
    }
    for (const id of gone) runs.delete(id);
    if (listChanged || gone.size > 0) this.#changeList();
  }

  async #follow(run: Writable<SeenRun>): Promise<void> {
    this.#followed.add(run);
    let state: RunState | undefined;
    try {
      for await (const news of run.place.project.runs.journal.follow(run.id, this.#end.signal)) {
        for (const event of news.events) state = applyEvent(state, event);
        takeNews(run, state, news.presence);
        if (!this.#end.signal.aborted) this.#runChanged.fire(run);
      }
    } catch (error) {
      this.#trouble.report(vscode.l10n.t('following a run'), error);
    } finally {
      this.#followed.delete(run);
    }
  }

  dispose(): void {
    this.#end.abort();
    for (const { subscription } of this.#listings.values()) subscription[Symbol.dispose]();
    for (const each of [this.#subscription, this.#listChanged, this.#runChanged]) each.dispose();
  }
}

/** The workflow's own name, or its file's when it has none. */
export function runName({ summary }: SeenRun): string {
  return summary.name || (summary.workflow.split('/').at(-1) ?? summary.run);
}

const LIVE_OR_NOT = { live: 'running', ended: 'running', parked: 'waiting', lost: 'lost' } as const;

/** A state that somebody else read in the meantime is older, and gives way. */
function takeNews(run: Writable<SeenRun>, state: RunState | undefined, presence: Presence): void {
  run.state = state;
  const { endedAt, ended } = state ?? {};
  if (ended !== undefined && endedAt !== undefined) run.summary = { ...run.summary, status: ended, endedAt };
  else run.summary = { ...run.summary, status: LIVE_OR_NOT[presence] };
}
