import { lineStartAt } from '../base/lines.ts';
import type { YamlEntry, YamlMap, YamlNode } from './tree.ts';
import { readEvents } from './read-events.ts';
import { bytesOf, YAML_LIMITS } from './yaml-limits.ts';

/** A plain text (one that `readEvents` takes) and its tree, ready to follow the text. */
export interface KeptTree {
  text: string;
  readonly root: YamlMap;
  /** How many values it holds. */
  nodes: number;
  /** Its size in UTF-8. */
  bytes: number;
}

/** What one edit did to the steps of a file. */
export interface TreeChange {
  readonly place: 'steps' | 'finally';
  /** The entries of that map from `at` on: so many went, and these came instead. */
  readonly at: number;
  readonly removed: readonly YamlEntry[];
  readonly added: readonly YamlEntry[];
  /** Whatever began here or later in the old text has moved by `delta`. */
  readonly from: number;
  readonly delta: number;
  /** The size of the new text, in UTF-8. */
  readonly bytes: number;
}

/** Far enough from the limits that the whole text need not be counted again. */
const MOST_NODES = YAML_LIMITS.nodes * 0.9;
const MOST_DEPTH = YAML_LIMITS.depth - 16;
/** An edit of more steps than that is read as a new text. */
const MOST_STEPS = 200;

export function keepTree(text: string, root: YamlMap): KeptTree | undefined {
  const { nodes } = measure(root);
  return nodes > MOST_NODES ? undefined : { text, root, nodes, bytes: bytesOf(text) };
}

/**
 * Finds out which steps an edit touched, and reads those alone. A block map's entry reaches from its key's line to the
 * next line that is indented no deeper, so it can be cut out with its lines and read by itself; the test holds this
 * against reading all of the text. Undefined where the edit is not inside of steps, or leaves what is not plain: then
 * the whole text is to be read. Changes nothing yet: `applyChange` does.
 */
export function reread(kept: KeptTree, text: string): TreeChange | 'same' | undefined {
  if (kept.text === text) return 'same';
  if (text.length > YAML_LIMITS.sizeBytes) return undefined;
  const edit = editBetween(kept.text, text);
  for (const place of ['steps', 'finally'] as const) {
    const span = spanOf(kept, place);
    if (span === undefined || edit.start <= span.start || edit.oldEnd > span.end) continue;
    return inside(kept, { text, edit, place, span });
  }
  return undefined;
}

interface Edit {
  readonly start: number;
  readonly oldEnd: number;
  readonly delta: number;
}

/** The lines of all steps of one map. */
interface Span {
  readonly entries: readonly YamlEntry[];
  readonly start: number;
  readonly end: number;
}

function spanOf({ text, root }: KeptTree, place: 'steps' | 'finally'): Span | undefined {
  const k = root.entries.findIndex(({ key }) => key.text === place);
  const entry = root.entries[k];
  const steps = entry?.value;
  if (entry === undefined || steps?.kind !== 'map' || text[root.range.start] === '{') return undefined;
  const { entries } = steps;
  const [first] = entries;
  if (first === undefined || text[steps.range.start] === '{') return undefined;
  const start = lineStart(text, first.key.range.start);
  if (start <= entry.key.range.end || start === first.key.range.start) return undefined;
  const next = root.entries[k + 1];
  return { entries, start, end: next === undefined ? text.length : lineStart(text, next.key.range.start) };
}

function inside(
  kept: KeptTree,
  {
    text,
    edit,
    place,
    span,
  }: { readonly text: string; readonly edit: Edit; readonly place: TreeChange['place']; readonly span: Span },
): TreeChange | undefined {
  const { entries } = span;
  const old = kept.text;
  const startOf = (i: number) => {
    const entry = entries[i];
    return entry === undefined ? span.end : lineStart(old, entry.key.range.start);
  };
  // What is put before a step's line may belong to the step before it.
  const first = lastBefore(entries, (entry) => lineStart(old, entry.key.range.start) < edit.start);
  const last = lastBefore(entries, (entry) => lineStart(old, entry.key.range.start) <= edit.oldEnd);
  if (first < 0 || last - first >= MOST_STEPS) return undefined;
  const from = startOf(first);
  const end = startOf(last + 1);
  // An edit that reaches to the end of its lines may have joined them with what follows.
  if (edit.oldEnd >= end && end < old.length) return undefined;
  const region = text.slice(from, end + edit.delta);
  const bytes = kept.bytes - bytesOf(old.slice(from, end)) + bytesOf(region);
  if (bytes > YAML_LIMITS.sizeBytes) return undefined;
  if (end < old.length && !region.endsWith('\n')) return undefined;
  const read = readEvents(region);
  if (read === undefined) return undefined;
  const column = (entries[0]?.key.range.start ?? 0) - span.start;
  for (const { key } of read.entries) {
    if (key.range.start - lineStart(region, key.range.start) !== column) return undefined;
  }
  const { nodes, depth } = measure(read);
  if (depth > MOST_DEPTH || kept.nodes + nodes > MOST_NODES) return undefined;
  const removed = entries.slice(first, last + 1);
  const ids = new Set(read.entries.map(({ key }) => key.text));
  if (entries.some(({ key }, i) => (i < first || i > last) && ids.has(key.text))) return undefined;
  for (const entry of read.entries) moveEntry(entry, from);
  return { place, at: first, removed, added: read.entries, from: end, delta: edit.delta, bytes };
}

/** Puts a change into the tree, and moves all that stands behind it. */
export function applyChange(kept: KeptTree, text: string, change: TreeChange): void {
  const { place, at, removed, added, from, delta, bytes } = change;
  const { root } = kept;
  const holder = root.entries.find(({ key }) => key.text === place);
  if (holder?.value.kind !== 'map') return;
  const entries = holder.value.entries as YamlEntry[]; // this tree is ours
  for (let i = at + removed.length; i < entries.length; i++) moveEntry(entries[i] as YamlEntry, delta);
  for (const entry of root.entries) if (entry.key.range.start >= from) moveEntry(entry, delta);
  entries.splice(at, removed.length, ...added);
  const end = entries.at(-1)?.range.end ?? holder.value.range.end;
  for (const { range } of [holder.value, holder]) (range as Movable).end = end;
  (root.range as Movable).end = root.entries.at(-1)?.range.end ?? end;
  kept.nodes += nodesOf(added) - nodesOf(removed);
  kept.bytes = bytes;
  kept.text = text;
}

export type Movable = { -readonly [K in keyof YamlMap['range']]: YamlMap['range'][K] };

function moveEntry({ key, value, range }: YamlEntry, delta: number): void {
  move(key.range, delta);
  move(range, delta);
  moveNode(value, delta);
}

function moveNode(node: YamlNode, delta: number): void {
  move(node.range, delta);
  if (node.kind === 'map') for (const entry of node.entries) moveEntry(entry, delta);
  else if (node.kind === 'list') for (const item of node.items) moveNode(item, delta);
}

export function move(range: YamlNode['range'], delta: number): void {
  const movable = range as Movable; // whoever keeps a tree owns its places
  movable.start += delta;
  movable.end += delta;
}

/** As the reader counts: every value and every key. */
function nodesOf(entries: readonly YamlEntry[]): number {
  return entries.reduce((sum, { value }) => sum + 1 + measure(value).nodes, 0);
}

function measure(node: YamlNode): { readonly nodes: number; readonly depth: number } {
  if (node.kind === 'scalar') return SCALAR;
  let nodes = 1;
  let depth = 0;
  const add = (below: YamlNode, keys: number) => {
    const inner = measure(below);
    nodes += inner.nodes + keys;
    depth = Math.max(depth, inner.depth + 1);
  };
  if (node.kind === 'map') for (const { value } of node.entries) add(value, 1);
  else for (const item of node.items) add(item, 0);
  return { nodes, depth };
}

const SCALAR = { nodes: 1, depth: 0 };

/** The last entry for which something holds that holds for all before it, too. */
function lastBefore(entries: readonly YamlEntry[], holds: (entry: YamlEntry) => boolean): number {
  let low = -1;
  let high = entries.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    const entry = entries[middle];
    if (entry !== undefined && holds(entry)) low = middle;
    else high = middle;
  }
  return low;
}

function lineStart(text: string, at: number): number {
  return lineStartAt(text, at);
}

/** Strings are compared in pieces of this size first: that is done by words, not by characters. */
const CHUNK = 4096;

/** The smallest range that differs. */
function editBetween(a: string, b: string): Edit {
  const most = Math.min(a.length, b.length);
  let start = 0;
  while (start + CHUNK <= most && a.slice(start, start + CHUNK) === b.slice(start, start + CHUNK))
    start += CHUNK;
  while (start < most && a.charCodeAt(start) === b.charCodeAt(start)) start++;
  let same = 0;
  const rest = most - start;
  while (
    same + CHUNK <= rest &&
    a.slice(a.length - same - CHUNK, a.length - same) === b.slice(b.length - same - CHUNK, b.length - same)
  )
    same += CHUNK;
  while (same < rest && a.charCodeAt(a.length - same - 1) === b.charCodeAt(b.length - same - 1)) same++;
  return { start, oldEnd: a.length - same, delta: b.length - a.length };
}
