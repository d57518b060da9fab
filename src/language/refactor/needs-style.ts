import { needEntries } from '../edges.ts';
import { entryOf } from '../tree.ts';
import { columnOf, eolOf, isFlowAt } from '../yaml-edits.ts';
import type { Refactor } from './refactoring.ts';
import { isOpen } from '../step-blocks.ts';

/** The same needs as one name, as a list on one line, or on lines of their own. */
export const needsStyle: Refactor = ({ text, steps, range }) => {
  const [step] = steps;
  const entry = entryOf(step?.node, 'needs');
  if (
    step === undefined ||
    entry === undefined ||
    range.start < entry.range.start ||
    range.end > entry.range.end
  )
    return [];
  const { value, key } = entry;
  const written = text.slice(value.range.start, value.range.end);
  if (written.includes('#')) return [];
  if (value.kind === 'scalar') {
    if (written.includes('\n')) return [];
    return [
      {
        title: 'Write the need as a list',
        kind: 'rewrite',
        edits: [{ range: value.range, newText: `[${written}]` }],
      },
    ];
  }
  if (value.kind !== 'list' || value.items.length === 0) return [];
  const items = value.items.map(({ range: { start, end } }) => text.slice(start, end));
  if (items.some((item) => item.includes('\n'))) return [];
  const place = { start: key.range.end, end: value.range.end };
  const [only, other] = needEntries(step);
  const isPlain = value.items.every(({ kind }) => kind === 'scalar');
  const single =
    only !== undefined && other === undefined && isPlain
      ? [
          {
            title: 'Write the need as one name',
            kind: 'rewrite',
            edits: [{ range: place, newText: `: ${items[0] ?? ''}` }],
          } as const,
        ]
      : [];
  if (!isFlowAt(text, value.range)) {
    if (!isPlain) return single;
    const newText = `: [${items.join(', ')}]`;
    return [
      ...single,
      { title: 'Write the needs on one line', kind: 'rewrite', edits: [{ range: place, newText }] },
    ];
  }
  if (!isOpen(text, step)) return single;
  const indent = `${eolOf(text)}${' '.repeat(columnOf(text, key.range.start) + 2)}- `;
  const newText = `:${items.map((item) => indent + item).join('')}`;
  return [
    ...single,
    { title: 'Write each need on a line', kind: 'rewrite', edits: [{ range: place, newText }] },
  ];
};
