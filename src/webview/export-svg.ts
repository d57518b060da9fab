import { formatDuration } from '../base/duration.ts';
import type { StepStatus } from '../model/run-state.ts';
import type { GraphView } from '../views/graph-view.ts';
import type { Segment, Timeline } from '../views/timeline.ts';
import { edgePath } from './curve.ts';
import { layoutGraph, type Direction } from './layout.ts';

/** Pixels. */
const CARD = { height: 44, text: 12, mark: 8 };
const WIDTHS = { least: 120, most: 300 };
/** Of a letter of a sans-serif font at 13 pixels, on the wide side. */
const LETTER = 7.4;
const MARGIN = 24;

/** On white, dark enough to be told apart and to be printed. */
const COLOURS: Readonly<Record<StepStatus, string>> = {
  pending: '#8a8a8a',
  queued: '#8a8a8a',
  running: '#1f6feb',
  backoff: '#b35900',
  waiting: '#7a3fbf',
  succeeded: '#2a7d34',
  failed: '#c62828',
  timed_out: '#c62828',
  cancelled: '#8a8a8a',
  skipped: '#8a8a8a',
  lost: '#c62828',
};

/** A picture that stands for itself: no script, no font, no address in it. Ends with a line break. */
export function graphAsSvg(view: GraphView, direction: Direction): string {
  const longest = Math.max(1, ...view.nodes.map(({ label }) => label.length));
  const width = Math.min(WIDTHS.most, Math.max(WIDTHS.least, longest * LETTER + 2 * CARD.text + 16));
  const layout = layoutGraph({
    nodes: view.nodes.map(({ id }) => ({ id, width, height: CARD.height })),
    edges: view.edges.map((edge) => ({ ...edge, back: edge.kind === 'rewind' || edge.kind === 'loop' })),
    direction,
  });
  const nodes = new Map(view.nodes.map((node) => [node.id, node]));
  const edges = layout.edges.map(({ edge, points }) => {
    const colour = edge.cyclic ? '#c62828' : '#707070';
    const dash =
      edge.kind === 'data'
        ? ' stroke-dasharray="5 4"'
        : edge.kind === 'needs'
          ? ''
          : ' stroke-dasharray="2 4"';
    return `<path d="${edgePath(points, direction)}" fill="none" stroke="${colour}" stroke-width="1.5"${dash} marker-end="url(#arrow)"/>`;
  });
  const cards = layout.nodes.map(({ id, x, y }) => {
    const node = nodes.get(id);
    const state = node?.state;
    const colour = state === undefined ? '#505050' : COLOURS[state.status];
    const took = state?.tookMs === undefined ? '' : formatDuration(state.tookMs);
    const line =
      state === undefined
        ? (node?.kind ?? '')
        : [state.status.replace('_', ' '), took].filter(Boolean).join(', ');
    const most = Math.floor((width - 2 * CARD.text) / LETTER);
    return (
      `<g transform="translate(${x} ${y})"><title>${escaped(node?.label ?? id)}</title>` +
      `<rect width="${width}" height="${CARD.height}" rx="7" fill="#ffffff" stroke="${colour}" stroke-width="1.5"/>` +
      `<text x="${CARD.text}" y="18" font-weight="600">${escaped(cut(node?.label ?? id, most))}</text>` +
      `<text x="${CARD.text}" y="35" font-size="11" fill="${colour}">${escaped(cut(line, most))}</text></g>`
    );
  });
  return page(view.title, { width: layout.width + 2 * MARGIN, height: layout.height + 2 * MARGIN }, [
    '<defs><marker id="arrow" viewBox="0 0 10 10" refX="8.5" refY="5" markerWidth="9" markerHeight="9" orient="auto" markerUnits="userSpaceOnUse"><path d="M1,1.5 L8,5 L1,8.5 Z" fill="#707070"/></marker></defs>',
    `<g transform="translate(${MARGIN} ${MARGIN})">`,
    ...edges,
    ...cards,
    '</g>',
  ]);
}

const ROW = 24;
const NAMES = 200;
const BARS = 720;
const TIMES = 80;

/** Of a run: a row a step. */
export function timelineAsSvg(title: string, timeline: Timeline): string {
  const { rows, startedAt, until } = timeline;
  const span = Math.max(1, until - startedAt);
  const at = (time: number) => NAMES + ((time - startedAt) / span) * BARS;
  const lines = rows.map((row, i) => {
    const y = 30 + i * ROW;
    const [first] = row.segments;
    const last = row.segments.at(-1);
    const took = first === undefined || last === undefined ? '' : formatDuration(last.to - first.from);
    const bars = row.segments.map((segment) =>
      barOf(segment, { x: at(segment.from), to: at(segment.to), y }),
    );
    const weight = row.isOnPath ? ' font-weight="600"' : '';
    const name = cut(row.label, Math.floor((NAMES - 12 - row.depth * 12) / LETTER));
    return (
      `<text x="${row.depth * 12}" y="${y + 14}"${weight}>${escaped(name)}</text>${bars.join('')}` +
      `<text x="${NAMES + BARS + TIMES}" y="${y + 14}" text-anchor="end" font-size="11" fill="#505050">${took}</text>`
    );
  });
  const size = { width: NAMES + BARS + TIMES + 2 * MARGIN, height: 40 + rows.length * ROW + 2 * MARGIN };
  const heading = `<text x="0" y="12" font-weight="600">${escaped(title)}, ${formatDuration(span)}</text>`;
  return page(title, size, [`<g transform="translate(${MARGIN} ${MARGIN})">`, heading, ...lines, '</g>']);
}

function barOf(
  { kind, status }: Segment,
  { x, to, y }: { readonly x: number; readonly to: number; readonly y: number },
): string {
  const isThin = kind !== 'ran' && kind !== 'asked';
  const colour =
    kind === 'asked' ? COLOURS.waiting : kind === 'ran' ? COLOURS[status ?? 'running'] : '#b0b0b0';
  const [top, height] = isThin ? [y + 8, 4] : [y + 3, 14];
  const width = Math.max(1.5, to - x).toFixed(1);
  return `<rect x="${x.toFixed(1)}" y="${top}" width="${width}" height="${height}" rx="2" fill="${colour}"/>`;
}

function page(
  title: string,
  { width, height }: { readonly width: number; readonly height: number },
  body: readonly string[],
): string {
  const size = `width="${Math.ceil(width)}" height="${Math.ceil(height)}"`;
  const head = `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="system-ui, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="13" fill="#1f1f1f">`;
  return `${[head, `<title>${escaped(title)}</title>`, '<rect width="100%" height="100%" fill="#ffffff"/>', ...body, '</svg>'].join('\n')}\n`;
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, Math.max(1, most - 1))}…` : text;
}

/** Characters that XML has no place for at all are left out. */
function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
