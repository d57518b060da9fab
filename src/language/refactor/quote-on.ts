import { entryOf } from '../tree.ts';
import type { Refactor } from './refactoring.ts';

/** Programs that read YAML 1.1 take `on` for `true`: in quotes, it is the same to all. */
export const quoteOn: Refactor = ({ analysis: { tree }, range }) => {
  const key = entryOf(tree, 'on')?.key;
  if (key?.style !== 'plain' || range.start < key.range.start || range.end > key.range.end) return [];
  return [
    { title: 'Put quotes around `on`', kind: 'rewrite', edits: [{ range: key.range, newText: "'on'" }] },
  ];
};
