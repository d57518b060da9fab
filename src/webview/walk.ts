import type { Direction, PlacedNode } from './layout.ts';

export type Arrow = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

export interface Neighbourhood {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly { readonly from: string; readonly to: string }[];
  readonly direction: Direction;
}

/**
 * Where an arrow key leads from a step. Along the direction of the run it follows an edge, to the nearest step at its
 * other end; across it goes to the nearest step on that side. Undefined where there is none.
 */
export function walk(
  { nodes, edges, direction }: Neighbourhood,
  from: string,
  arrow: Arrow,
): string | undefined {
  const here = nodes.find((node) => node.id === from);
  if (here === undefined) return undefined;
  const horizontal = arrow === 'ArrowLeft' || arrow === 'ArrowRight';
  const forwards = arrow === 'ArrowRight' || arrow === 'ArrowDown';
  if (horizontal === (direction === 'right')) {
    const ends = edges
      .filter((edge) => (forwards ? edge.from : edge.to) === from)
      .map((edge) => (forwards ? edge.to : edge.from));
    const linked = new Set(ends);
    return nearestTo(
      here,
      nodes.filter((node) => node.id !== from && linked.has(node.id)),
      1,
    );
  }
  const side = forwards ? 1 : -1;
  const beside = nodes.filter((node) => {
    const away = horizontal ? middle(node).x - middle(here).x : middle(node).y - middle(here).y;
    return node.id !== from && away * side > 1;
  });
  return nearestTo(here, beside, direction === 'right' ? 3 : 1 / 3);
}

/** `tilt` above 1 makes a step to the side dearer than one up or down. */
function nearestTo(here: PlacedNode, nodes: readonly PlacedNode[], tilt: number): string | undefined {
  const cost = (node: PlacedNode): number => {
    const dx = Math.abs(middle(node).x - middle(here).x);
    const dy = Math.abs(middle(node).y - middle(here).y);
    return dx * tilt + dy;
  };
  let best: PlacedNode | undefined;
  for (const node of nodes) if (best === undefined || cost(node) < cost(best)) best = node;
  return best?.id;
}

function middle(node: PlacedNode): { readonly x: number; readonly y: number } {
  return { x: node.x + node.width / 2, y: node.y + node.height / 2 };
}
