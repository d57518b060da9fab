import type { Direction, Point } from './layout.ts';

/** A smooth SVG path through an edge's points: straight inside the layers, an S curve in the gaps between them. */
export function edgePath(points: readonly Point[], direction: Direction): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  const loop = points.length === 4 && isDetour(points, direction);
  if (loop) return `M${text(first)}C${rest.map(text).join(' ')}`;
  let path = `M${text(first)}`;
  let from = first;
  for (const to of rest) {
    path += segment(from, to, direction);
    from = to;
  }
  return path;
}

/** An edge to itself starts and ends on one border of its node. */
function isDetour(points: readonly Point[], direction: Direction): boolean {
  const [a, b, , d] = points;
  if (a === undefined || b === undefined || d === undefined) return false;
  return direction === 'right'
    ? a.x === b.x && a.y === d.y && a.x !== d.x
    : a.y === b.y && a.x === d.x && a.y !== d.y;
}

function segment(from: Point, to: Point, direction: Direction): string {
  if (from.x === to.x || from.y === to.y) return `L${text(to)}`;
  const [one, two] =
    direction === 'right'
      ? [
          { x: (from.x + to.x) / 2, y: from.y },
          { x: (from.x + to.x) / 2, y: to.y },
        ]
      : [
          { x: from.x, y: (from.y + to.y) / 2 },
          { x: to.x, y: (from.y + to.y) / 2 },
        ];
  return `C${text(one)} ${text(two)} ${text(to)}`;
}

function text({ x, y }: Point): string {
  return `${x},${y}`;
}
