import type { RunId, StepAddress } from '../model/attempt.ts';
import type { GroupView, Holder } from './groups.ts';

/** Somebody in a group, holding or waiting. */
export interface Member {
  /** Tells members apart; the same one keeps it. */
  readonly id: string;
  readonly holder: Holder;
  readonly limit: number;
  /** False for a moment after it came: it may still have to go behind others. */
  readonly settled: boolean;
}

/** How it stands with one member, seen from those before it. */
export interface Standing {
  readonly held: boolean;
  /** Somebody before it is not settled: what follows is not to be acted on yet. */
  readonly unsure: boolean;
  /** Those before it that it has to share places with. */
  readonly holders: readonly Member[];
  readonly waiting: readonly Member[];
}

/**
 * Who of the members, given in their order, holds a place: each for whom fewer than its limit stand before it, as long
 * as everybody before it holds one too (nobody overtakes). Members only ever leave from before somebody, so who holds
 * once holds for good, and nothing but the order need be kept anywhere.
 */
export function holdersOf(members: readonly Member[]): ReadonlySet<Member> {
  const holding = new Set<Member>();
  const queues = new Map<Member | undefined, { length: number; open: boolean }>();
  const parents = parentsOf(members);
  for (const member of members) {
    const parent = parents.get(member);
    const queue = queues.get(parent) ?? { length: 0, open: true };
    queues.set(parent, queue);
    queue.open &&= member.limit > queue.length++;
    if (queue.open && (parent === undefined || holding.has(parent))) holding.add(member);
  }
  return holding;
}

/** The place that a member shares, if it does. */
function parentsOf(members: readonly Member[]): ReadonlyMap<Member, Member | undefined> {
  const parents = new Map<Member, Member | undefined>();
  const ofRun = new Map<RunId, Member[]>();
  for (const member of members) {
    const { run } = member.holder;
    parents.set(member, narrowestAround(member.holder, ofRun));
    ofRun.set(run, [...(ofRun.get(run) ?? []), member]);
  }
  return parents;
}

/** Its own run, itself, or a step around it, whichever is narrowest; else what its run is a child of. */
function narrowestAround(holder: Holder, before: ReadonlyMap<RunId, readonly Member[]>): Member | undefined {
  const around = (before.get(holder.run) ?? []).filter((each) => contains(each.holder.step, holder.step));
  const depth = ({ holder: { step } }: Member) => step?.length ?? 0;
  const found = around.toSorted((a, b) => depth(a) - depth(b)).at(-1);
  return found ?? (holder.within && narrowestAround(holder.within, before));
}

/** Whether a step is another one, or lies inside it: `tdd` contains `tdd[2].test`. Every step lies inside its run. */
function contains(outer: StepAddress | undefined, inner: StepAddress | undefined): boolean {
  if (outer === undefined) return true;
  if (inner?.startsWith(outer) !== true) return false;
  return inner.length === outer.length || '[{.'.includes(inner.charAt(outer.length));
}

/** How it stands with one of the members; undefined when it is not among them. */
export function standingOf(members: readonly Member[], id: string): Standing | undefined {
  const at = members.findIndex((member) => member.id === id);
  const own = members[at];
  if (own === undefined) return undefined;
  const upToOwn = members.slice(0, at + 1);
  const settled = upToOwn.filter((member) => member.settled || member === own);
  const holding = holdersOf(settled);
  const parents = parentsOf(settled);
  const beside = settled.filter((each) => each !== own && parents.get(each) === parents.get(own));
  return {
    held: holdersOf(upToOwn).has(own),
    unsure: settled.length < upToOwn.length,
    holders: beside.filter((each) => holding.has(each)),
    waiting: beside.filter((each) => !holding.has(each)),
  };
}

/** Whether somebody who came now would have a place at once. */
export function hasRoomFor(members: readonly Member[], holder: Holder, limit: number): boolean {
  const guest: Member = { id: '', holder, limit, settled: true };
  return standingOf([...members.filter(({ settled }) => settled), guest], '')?.held === true;
}

/** `cancel_oldest`: who has to make room, of those that were not asked yet. Oldest first. */
export function victimsOf(
  { holders, waiting }: Standing,
  limit: number,
  asked: ReadonlySet<string>,
): Member[] {
  const staying = holders.filter(({ id }) => !asked.has(id));
  const tooMany = Math.max(0, staying.length - (limit - 1));
  return [...staying.slice(0, tooMany), ...waiting.filter(({ id }) => !asked.has(id))];
}

export function viewOf(members: readonly Member[]): GroupView {
  const holding = holdersOf(members);
  return {
    holders: members.filter((member) => holding.has(member)).map(({ holder }) => holder),
    waiting: members.filter((member) => !holding.has(member)).map(({ holder }) => holder),
  };
}
