import { findCycles, type Cycle } from '../../graph/cycles.ts';
import { indexGraph } from '../../graph/index-graph.ts';
import type { GraphEdge } from '../../graph/step-graph.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { finding } from '../findings.ts';
import type { StepLevel } from '../step-entries.ts';
import type { CheckContext } from './check.ts';

/** G2: one diagnostic for each group of steps that wait for each other, with the loop and every hop of it. */
export function checkCycles({ graph, cycles, steps, levels, edges }: CheckContext): readonly Diagnostic[] {
  const outer = cycles.map((cycle) => cycleFinding(cycle, graph.edges));
  const inner = [levels.finally, ...steps.flatMap(({ inner: level }) => level ?? [])];
  return [...outer, ...inner.flatMap((level) => cyclesIn(level, edges))];
}

function cyclesIn(level: StepLevel, needs: CheckContext['edges']): readonly Diagnostic[] {
  const edges = level.entries.flatMap((step) =>
    (needs.get(step) ?? []).map((need): GraphEdge => {
      return { from: need.step, to: step.id, kind: need.kind, range: need.range };
    }),
  );
  const found = findCycles(indexGraph({ nodes: level.entries, edges }));
  return found.map((cycle) => cycleFinding(cycle, edges));
}

/** The loop is told as a person follows it: a step, what it needs, what that needs, and so on. */
function cycleFinding(cycle: Cycle, edges: readonly GraphEdge[]): Diagnostic {
  const hops = cycle.edges.flatMap((k) => edges[k] ?? []).toReversed();
  const [first] = hops;
  const range = first?.range ?? { start: 0, end: 0 };
  if (hops.length === 1 && first !== undefined) {
    const how = first.kind === 'data' ? 'reads its own result' : 'needs itself';
    return finding('baton/cycle', range, `Step "${first.to}" ${how}, so it can never start. Take this away.`);
  }
  const loop = shortened([...hops.map(({ to }) => to), first?.to ?? '']).join(' → ');
  const related = hops.map(({ from, to, kind, range: where }) => {
    const message = kind === 'data' ? `"${to}" reads the result of "${from}"` : `"${to}" needs "${from}"`;
    return { message, range: where };
  });
  const message = `These steps wait for each other, so none of them can start: ${loop}. Take one of these needs away.`;
  return finding('baton/cycle', range, message, { related });
}

const MOST_NAMES = 20;

/** Nobody reads a loop of a thousand names; every hop is there as a related location. */
function shortened(names: readonly string[]): readonly string[] {
  if (names.length <= MOST_NAMES) return names;
  const half = MOST_NAMES / 2;
  return [...names.slice(0, half), `… (${names.length - MOST_NAMES} more) …`, ...names.slice(-half)];
}
