/** A task as far as its dependencies go. */
export interface DependentTask {
  readonly id: string;
  readonly dependencies?: readonly string[];
  /** How long it takes, in any unit, for the critical path; 1 unless told. */
  readonly duration?: number;
}

/** What tasks and their dependencies come to. */
export interface DependencyAnalysis {
  /** No cycle, no unknown dependency, no name twice. */
  readonly valid: boolean;
  /** Layer by layer, each in the order of names; tasks on cycles, and those behind them, are not in it. */
  readonly executionOrder: readonly string[];
  /** Tasks of one layer can run at the same time. */
  readonly layers: readonly (readonly string[])[];
  /** Of each group of tasks that wait for each other a shortest loop, each before the one that waits for it. */
  readonly cycles: readonly (readonly string[])[];
  readonly unknown: readonly { readonly task: string; readonly dependency: string }[];
  /** Names that come more than once; the first of them counts. */
  readonly duplicates: readonly string[];
  /** The chain that takes longest. */
  readonly criticalPath: readonly string[];
}

/** Linear in tasks and dependencies, but for the shortest loops; no recursion. Tasks may be declared in any order. */
export function analyzeWorkflowDependencies(tasks: readonly DependentTask[]): DependencyAnalysis {
  const index = new Map<string, number>();
  const kept: DependentTask[] = [];
  const duplicates = new Set<string>();
  for (const task of tasks) {
    if (index.has(task.id)) duplicates.add(task.id);
    else {
      index.set(task.id, kept.length);
      kept.push(task);
    }
  }
  const unknown: { task: string; dependency: string }[] = [];
  const needs = kept.map(({ id, dependencies = [] }) =>
    [...new Set(dependencies)].flatMap((dependency) => {
      const at = index.get(dependency);
      if (at === undefined) unknown.push({ task: id, dependency });
      return at === undefined ? [] : [at];
    }),
  );
  const name = (v: number) => kept[v]?.id ?? '';
  const { layers: found, layerOf } = layersOf(needs);
  const layers = found.map((layer) => [...layer].sort((v, w) => (name(v) < name(w) ? -1 : 1)));
  const cycles = loopsAmong(needs, layerOf).map((loop) => loop.map(name));
  return {
    valid: cycles.length === 0 && unknown.length === 0 && duplicates.size === 0,
    executionOrder: layers.flat().map(name),
    layers: layers.map((layer) => layer.map(name)),
    cycles,
    unknown,
    duplicates: [...duplicates],
    criticalPath: longest(layers.flat(), needs, (v) => kept[v]?.duration ?? 1).map(name),
  };
}

type Needs = readonly (readonly number[])[];

/** Kahn (1962), layer by layer, each in the order given. */
function layersOf(needs: Needs): {
  readonly layers: readonly (readonly number[])[];
  readonly layerOf: Int32Array;
} {
  const open = Int32Array.from(needs, (each) => each.length);
  const dependents = dependentsOf(needs);
  const layerOf = new Int32Array(needs.length).fill(-1);
  const layers: number[][] = [];
  let layer = [...open.keys()].filter((v) => open[v] === 0);
  while (layer.length > 0) {
    const next: number[] = [];
    for (const v of layer) {
      layerOf[v] = layers.length;
      for (const w of dependents[v] ?? []) {
        const left = (open[w] ?? 0) - 1;
        open[w] = left;
        if (left === 0) next.push(w);
      }
    }
    layers.push(layer);
    layer = next.sort((a, b) => a - b);
  }
  return { layers, layerOf };
}

function dependentsOf(needs: Needs): readonly (readonly number[])[] {
  const dependents: number[][] = needs.map(() => []);
  for (const [v, each] of needs.entries()) for (const need of each) dependents[need]?.push(v);
  return dependents;
}

/** A shortest loop of each strongly connected group (Tarjan, 1972, with a stack of its own). */
function loopsAmong(needs: Needs, layerOf: Int32Array): readonly (readonly number[])[] {
  const groups = stronglyConnected(needs, layerOf);
  return groups.map((group) => shortestLoop(group, needs));
}

function stronglyConnected(needs: Needs, layerOf: Int32Array): readonly (readonly number[])[] {
  const order = new Int32Array(needs.length).fill(-1);
  const low = new Int32Array(needs.length);
  const onStack = new Uint8Array(needs.length);
  const stack: number[] = [];
  const groups: number[][] = [];
  let count = 0;
  for (const start of needs.keys()) {
    if (layerOf[start] !== -1 || order[start] !== -1) continue;
    const calls: { readonly v: number; next: number }[] = [{ v: start, next: 0 }];
    while (calls.length > 0) {
      const call = calls.at(-1) as { readonly v: number; next: number }; // not empty
      const { v } = call;
      if (call.next === 0) {
        order[v] = low[v] = count++;
        stack.push(v);
        onStack[v] = 1;
      }
      const w = needs[v]?.[call.next++];
      if (w !== undefined) {
        if (layerOf[w] !== -1) continue;
        if (order[w] === -1) calls.push({ v: w, next: 0 });
        else if (onStack[w] === 1) low[v] = Math.min(low[v] ?? 0, order[w] ?? 0);
        continue;
      }
      calls.pop();
      const above = calls.at(-1)?.v;
      if (above !== undefined) low[above] = Math.min(low[above] ?? 0, low[v] ?? 0);
      if (low[v] !== order[v]) continue;
      const group: number[] = [];
      for (let u = stack.pop(); u !== undefined; u = stack.pop()) {
        onStack[u] = 0;
        group.push(u);
        if (u === v) break;
      }
      const isLoop = group.length > 1 || needs[v]?.includes(v) === true;
      if (isLoop) groups.push(group.sort((a, b) => a - b));
    }
  }
  return groups.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
}

/** Enough starts find a shortest loop of any group people have to look at; of a huge one, a short loop. */
const MOST_STARTS = 64;

function shortestLoop(group: readonly number[], needs: Needs): readonly number[] {
  const inside = new Set(group);
  let best: readonly number[] | undefined;
  for (const start of group.slice(0, MOST_STARTS)) {
    const from = new Map<number, number>();
    let open = [start];
    let end: number | undefined;
    while (open.length > 0 && end === undefined) {
      const next: number[] = [];
      for (const v of open) {
        for (const w of needs[v] ?? []) {
          if (w === start) end ??= v;
          else if (inside.has(w) && !from.has(w)) {
            from.set(w, v);
            next.push(w);
          }
        }
      }
      open = next;
    }
    if (end === undefined) continue;
    // From what is needed to what needs it.
    const loop = [end];
    for (let v = end; v !== start; loop.push(v)) v = from.get(v) ?? start;
    if (best === undefined || loop.length < best.length) best = loop;
    if (best.length <= 2) break;
  }
  return best ?? group;
}

function longest(
  order: readonly number[],
  needs: Needs,
  durationOf: (v: number) => number,
): readonly number[] {
  const until = new Map<number, number>();
  const before = new Map<number, number>();
  let last: number | undefined;
  for (const v of order) {
    let start = 0;
    for (const need of needs[v] ?? []) {
      const end = until.get(need) ?? 0;
      if (end > start || !before.has(v)) {
        start = Math.max(start, end);
        before.set(v, need);
      }
    }
    until.set(v, start + durationOf(v));
    if (last === undefined || (until.get(v) ?? 0) > (until.get(last) ?? 0)) last = v;
  }
  const path: number[] = [];
  for (let v = last; v !== undefined; v = before.get(v)) path.push(v);
  return path.toReversed();
}
