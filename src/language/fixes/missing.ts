import { lineStartAt } from '../../base/lines.ts';
import { STEP_KINDS } from '../../model/step-kind.ts';
import { isNothing } from '../tree.ts';
import { addition, insertion, isFlowAt, lineInsertion } from '../yaml-edits.ts';
import { certain, possible, remove, type Case, type Cure, type Mend } from './mend.ts';

/** What is missing and can be known: a language, a first step; or the key that has no value goes. */
export const cureMissing: Cure = (patient) => {
  const { links, text, analysis, diagnostic } = patient;
  const own = links.at(-1);
  if (analysis.tree === undefined || diagnostic.message === 'A workflow needs "steps".')
    return firstStep(patient);
  if (own === undefined) return [];
  if (own.kind === 'item')
    return isNothing(own.item) ? possible('Take the empty item away', remove(patient)) : [];
  const { key, value } = own.entry;
  if (key.text === 'script' && key.range.start === diagnostic.range.start) return languages(patient);
  if (key.text === 'steps' && value.kind === 'map' && links.length === 1 && isFlowAt(text, value.range))
    return possible('Add a step', { range: value.range, newText: '{ build: { run: make } }' });
  const isEmpty = isNothing(value) || (value.kind === 'list' && value.items.length === 0);
  return isEmpty && !isKind(key.text) ? possible(`Take \`${key.text}\` away`, remove(patient)) : [];
};

/** Without its kind a step does nothing. */
function isKind(key: string): boolean {
  return STEP_KINDS.some((kind) => kind === key);
}

const FIRST = 'steps:\n  build:\n    run: make';

function firstStep({ text, analysis: { tree } }: Case): readonly Mend[] {
  if (tree === undefined) return possible('Add a step', lineInsertion(text, text.length, FIRST));
  if (tree.kind !== 'map') return [];
  if (isFlowAt(text, tree.range))
    return possible('Add a step', addition(text, tree, 'steps: { build: { run: make } }'));
  const last = tree.entries.at(-1);
  return last === undefined ? [] : possible('Add a step', addition(text, tree, FIRST));
}

const SHEBANG: readonly (readonly [RegExp, string])[] = [
  [/^#!.*\bpython/, 'python'],
  [/^#!.*\bnode\b/, 'node'],
  [/^#!.*\bbash\b/, 'bash'],
  [/^#!.*\bsh\b/, 'sh'],
];

function languages({ text, links }: Case): readonly Mend[] {
  const own = links.at(-1);
  if (own?.kind !== 'entry') return [];
  const { map, entry } = own;
  const script = entry.value.kind === 'scalar' ? entry.value.text : '';
  const add = (language: string) =>
    isFlowAt(text, map.range)
      ? insertion(entry.range.start, `language: ${language}, `)
      : insertion(
          entry.range.start,
          `language: ${language}\n${' '.repeat(columnIn(text, entry.range.start))}`,
        );
  const known = SHEBANG.find(([pattern]) => pattern.test(script))?.[1];
  if (known !== undefined) return certain(`Add \`language: ${known}\``, add(known));
  return ['node', 'python', 'bash'].flatMap((each) => possible(`Add \`language: ${each}\``, add(each)));
}

function columnIn(text: string, offset: number): number {
  return offset - lineStartAt(text, offset);
}
