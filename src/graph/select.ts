import { nearest } from '../base/nearest.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { StepId } from '../model/workflow.ts';
import { at, indexGraph } from './index-graph.ts';
import type { StepGraph } from './step-graph.ts';

/** A part of a workflow's steps that somebody wants to run; the others are skipped as `not_selected`. */
export type Selection = { readonly only: readonly StepId[] } | { readonly from: StepId };

/** The steps that a selection means. The error names an id that there is not. Linear. */
export function select(graph: StepGraph, selection: Selection): Result<ReadonlySet<StepId>, string> {
  return 'only' in selection ? selectOnly(graph, selection.only) : selectFrom(graph, selection.from);
}

/** Exactly these steps, whatever they need. */
export function selectOnly(
  { nodes }: Pick<StepGraph, 'nodes'>,
  ids: readonly StepId[],
): Result<ReadonlySet<StepId>, string> {
  const known = new Set(nodes.map(({ id }) => id));
  const unknown = ids.find((id) => !known.has(id));
  return unknown === undefined ? ok(new Set(ids)) : err(unknownStep(unknown, known));
}

/** This step and everything that depends on it, however far down. Ways back draw no dependency. */
export function selectFrom(graph: StepGraph, id: StepId): Result<ReadonlySet<StepId>, string> {
  const { ids, first, next } = indexGraph(graph);
  const start = ids.lastIndexOf(id);
  if (start < 0) return err(unknownStep(id, ids));
  const found = new Set([start]);
  for (const v of found) {
    for (let k = at(first, v); k < at(first, v + 1); k++) found.add(at(next, k));
  }
  return ok(new Set(Array.from(found, (v) => ids[v] ?? '')));
}

function unknownStep(id: StepId, known: Iterable<StepId>): string {
  const meant = nearest(id, known);
  const hint = meant === undefined ? ` It has: ${[...known].join(', ')}.` : ` Did you mean "${meant}"?`;
  return `The workflow has no step "${id}".${hint}`;
}
