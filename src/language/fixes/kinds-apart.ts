import type { TextEdit } from '../../model/diagnostic.ts';
import { freeName } from '../free-name.ts';
import { isOpen, needsLine } from '../step-blocks.ts';
import { allSteps } from '../step-entries.ts';
import type { YamlEntry, YamlMap } from '../tree.ts';
import {
  columnOf,
  hasAnchor,
  insertion,
  lineEnd,
  lineInsertion,
  lineStart,
  linksTo,
  removal,
  startWithComments,
} from '../yaml-edits.ts';
import { possible, stepAround, type Case, type Mend } from './mend.ts';

/** What means something only beside one kind. */
export const COMPANIONS: Readonly<Record<string, string>> = { language: 'script', with: 'workflow' };

/** Each kind in a step of its own, one after the other; the last one keeps the name, and all else that the step says. */
export function kindsApart(
  { text, analysis, diagnostic }: Case,
  map: YamlMap,
  there: readonly YamlEntry[],
): readonly Mend[] {
  const step = stepAround(analysis, diagnostic.range.start);
  if (step === undefined || step.node !== map || !isOpen(text, step) || hasAnchor(text)) return [];
  const needs = needsLine(text, step);
  if (needs === 'refused') return [];
  const { index } = analysis;
  const taken = new Set([...allSteps(index.steps, index.finally)].map(({ id }) => id));
  const column = ' '.repeat(columnOf(text, step.key.range.start));
  const inner = ' '.repeat(columnOf(text, map.entries[0]?.range.start ?? 0));
  let before = needs?.written;
  const added: string[] = [];
  const edits: (TextEdit | undefined)[] = [];
  for (const { key } of there.slice(0, -1)) {
    const own = map.entries.filter((each) => each.key === key || COMPANIONS[each.key.text] === key.text);
    const id = freeName(`${step.id}_${key.text}`, taken);
    taken.add(id);
    const lines = own.map(({ range }) =>
      text.slice(lineStart(text, range.start), lineEnd(text, range.end)).trimEnd(),
    );
    if (own.some(({ range }) => !/^ *$/.test(text.slice(lineStart(text, range.start), range.start))))
      return [];
    const need = before === undefined ? [] : [`${inner}needs: ${before}`];
    added.push(`${column}${id}:`, ...need, ...lines);
    edits.push(...own.map(({ range }) => removal(text, linksTo(analysis.tree, range.start))));
    before = id;
  }
  const last = there.at(-1);
  if (last === undefined || before === undefined) return [];
  const needed =
    needs === undefined
      ? insertion(lineStart(text, last.range.start), `${inner}needs: ${before}\n`)
      : needs.become(before);
  const start = startWithComments(text, step.range.start);
  return possible(
    `Make ${there.length} steps of it`,
    lineInsertion(text, start, added.join('\n')),
    ...edits,
    needed,
  );
}
