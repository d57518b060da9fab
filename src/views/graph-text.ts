import type { EdgeKind, StepGraph } from '../graph/step-graph.ts';
import type { StepStatus } from '../model/run-state.ts';
import type { StepKind } from '../model/step-kind.ts';
import type { StepId } from '../model/workflow.ts';

/** A graph to be written down. */
export interface GraphText {
  readonly graph: StepGraph;
  /** By step, where a run is drawn. */
  readonly statuses?: ReadonlyMap<StepId, StepStatus>;
  readonly direction?: 'right' | 'down';
}

/** `baton graph --format json`, and what the analysis tool builds on. A public shape. */
export interface GraphJson {
  readonly nodes: readonly { readonly id: StepId; readonly kind: StepKind; readonly status?: StepStatus }[];
  readonly edges: readonly { readonly from: StepId; readonly to: StepId; readonly kind: EdgeKind }[];
  readonly cycles: readonly (readonly StepId[])[];
  readonly order: readonly StepId[];
  readonly layers: readonly (readonly StepId[])[];
  readonly criticalPath: readonly StepId[];
}

/** What analysis knows about a graph beside its nodes and edges. */
export type GraphFacts = Pick<GraphJson, 'cycles' | 'order' | 'layers' | 'criticalPath'>;

/** Exactly the public fields, whatever else the values given carry. */
export function graphAsJson({ graph, statuses }: GraphText, facts: GraphFacts): GraphJson {
  return {
    nodes: graph.nodes.map(({ id, kind }) => {
      const status = statuses?.get(id);
      return { id, kind, ...(status !== undefined && { status }) };
    }),
    edges: graph.edges.map(({ from, to, kind }) => ({ from, to, kind })),
    cycles: facts.cycles,
    order: facts.order,
    layers: facts.layers,
    criticalPath: facts.criticalPath,
  };
}

/** A Mermaid flowchart: data edges are dotted, edges that lead back are thick, states are classes. */
export function graphAsMermaid({ graph, statuses, direction = 'right' }: GraphText): string {
  const names = mermaidNames(graph.nodes.map((node) => node.id));
  const lines = [`flowchart ${direction === 'right' ? 'LR' : 'TD'}`];
  for (const { id, kind } of graph.nodes) {
    const [open, close] = MERMAID_SHAPES[kind];
    lines.push(`  ${names.get(id)}${open}"${mermaidLabel(id)}"${close}`);
  }
  for (const { from, to, kind } of graph.edges) {
    lines.push(`  ${names.get(from)} ${MERMAID_ARROWS[kind]} ${names.get(to)}`);
  }
  for (const [status, ids] of byStatus({ graph, ...(statuses && { statuses }) })) {
    lines.push(`  classDef ${status} ${MERMAID_COLOURS[status]}`);
    lines.push(`  class ${ids.map((id) => names.get(id)).join(',')} ${status}`);
  }
  return `${lines.join('\n')}\n`;
}

/** A Graphviz digraph. */
export function graphAsDot({ graph, statuses, direction = 'right' }: GraphText): string {
  const lines = [
    'digraph workflow {',
    `  rankdir=${direction === 'right' ? 'LR' : 'TB'};`,
    '  node [shape=box, style=rounded, fontname="sans-serif"];',
  ];
  for (const { id, kind } of graph.nodes) {
    const status = statuses?.get(id);
    const attributes = [
      ...(kind === 'gate' ? ['shape=diamond'] : []),
      ...(status === undefined ? [] : [`color="${COLOURS[status]}"`, `tooltip="${status}"`]),
    ];
    lines.push(`  ${dotId(id)}${attributes.length === 0 ? '' : ` [${attributes.join(', ')}]`};`);
  }
  for (const { from, to, kind } of graph.edges)
    lines.push(`  ${dotId(from)} -> ${dotId(to)}${DOT_EDGES[kind]};`);
  return `${[...lines, '}'].join('\n')}\n`;
}

const MERMAID_SHAPES: Readonly<Record<StepKind, readonly [string, string]>> = {
  run: ['[', ']'],
  script: ['[', ']'],
  agent: ['([', '])'],
  workflow: ['[[', ']]'],
  gate: ['{', '}'],
  loop: ['(', ')'],
};

const MERMAID_ARROWS: Readonly<Record<EdgeKind, string>> = {
  needs: '-->',
  data: '-.->',
  rewind: '==>',
  loop: '==>',
};

const DOT_EDGES: Readonly<Record<EdgeKind, string>> = {
  needs: '',
  data: ' [style=dashed]',
  rewind: ' [style=bold, constraint=false]',
  loop: ' [style=bold, constraint=false]',
};

const COLOURS: Readonly<Record<StepStatus, string>> = {
  pending: '#8a8a8a',
  queued: '#8a8a8a',
  running: '#1a85ff',
  backoff: '#d18616',
  waiting: '#b180d7',
  succeeded: '#388a34',
  failed: '#e51400',
  timed_out: '#e51400',
  cancelled: '#8a8a8a',
  skipped: '#8a8a8a',
  lost: '#e51400',
};

/** `cancelled` and the like are drawn with a dashed border, so that colour is not the only sign. */
const MERMAID_COLOURS: Readonly<Record<StepStatus, string>> = {
  pending: `stroke:${COLOURS.pending}`,
  queued: `stroke:${COLOURS.queued}`,
  running: `stroke:${COLOURS.running},stroke-width:3px`,
  backoff: `stroke:${COLOURS.backoff},stroke-width:3px`,
  waiting: `stroke:${COLOURS.waiting},stroke-width:3px`,
  succeeded: `stroke:${COLOURS.succeeded},stroke-width:2px`,
  failed: `stroke:${COLOURS.failed},stroke-width:4px`,
  timed_out: `stroke:${COLOURS.timed_out},stroke-width:4px`,
  cancelled: `stroke:${COLOURS.cancelled},stroke-dasharray:4`,
  skipped: `stroke:${COLOURS.skipped},stroke-dasharray:4`,
  lost: `stroke:${COLOURS.lost},stroke-dasharray:4`,
};

/** Words of Mermaid's flowchart grammar, which break a diagram when a node is called so, in any case. */
const MERMAID_WORDS = new Set(
  `bt call class classdef click default direction end flowchart graph href interpolate lr linkstyle rl style subgraph
  tb td br`.split(/\s+/),
);

/**
 * A name for each id that Mermaid can read: letters, digits and `_`. The grammar stumbles over `-` behind a keyword
 * (`end-to-end`), so it becomes `_`; a keyword gets a `_`; names that would meet get one more until they differ.
 */
function mermaidNames(ids: readonly StepId[]): ReadonlyMap<StepId, string> {
  const clean = (id: StepId): boolean => /^[A-Za-z]\w*$/.test(id) && !MERMAID_WORDS.has(id.toLowerCase());
  const taken = new Set(ids.filter(clean));
  const names = new Map<StepId, string>();
  for (const id of ids) {
    let name = id;
    if (!clean(id)) {
      name = id.replaceAll(/\W/g, '_').replace(/^(?=[^A-Za-z])/, 's');
      while (taken.has(name) || MERMAID_WORDS.has(name.toLowerCase())) name += '_';
      taken.add(name);
    }
    names.set(id, name);
  }
  return names;
}

/** Inside quotes only the quote itself and `#`, which begins an entity, mean something; `;` ends one. */
function mermaidLabel(text: string): string {
  return text.replaceAll('#', '#35;').replaceAll('"', '#quot;');
}

/** Always quoted: so a keyword (`node`, `edge`, `strict`) or a `-` is a name like any other. */
function dotId(id: StepId): string {
  return `"${id.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function byStatus({ graph, statuses }: Pick<GraphText, 'graph' | 'statuses'>): Map<StepStatus, StepId[]> {
  const groups = new Map<StepStatus, StepId[]>();
  for (const { id } of graph.nodes) {
    const status = statuses?.get(id);
    if (status !== undefined) groups.set(status, [...(groups.get(status) ?? []), id]);
  }
  return groups;
}
