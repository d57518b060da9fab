import { linksTo, removal, type Link } from '../yaml-edits.ts';
import { STEP_KINDS } from '../../model/step-kind.ts';
import { COMPANIONS, kindsApart } from './kinds-apart.ts';
import { possible, type Case, type Cure, type Mend } from './mend.ts';

const ONE_OF: readonly (readonly string[])[] = [
  STEP_KINDS,
  ['check', 'when', 'approval'],
  ['command', 'acp', 'model', 'profile'],
  ['cron', 'every', 'at'],
];

function isOnlyFor(companion: string, kept: string): boolean {
  return companion in COMPANIONS && COMPANIONS[companion] !== kept;
}

/** Where only one of several keys may stand, each of them may be the one that stays. */
export const cureKind: Cure = (patient) => {
  const own = patient.links.at(-1);
  if (own?.kind !== 'entry') return [];
  const names = ONE_OF.find((each) => each.includes(own.entry.key.text)) ?? [];
  const there = own.map.entries.filter(({ key }) => names.includes(key.text));
  if (there.length < 2) return [];
  const kept = there.flatMap(({ key }) =>
    keepOnly(
      patient,
      own.map.entries.filter(
        (each) => each.key !== key && (there.includes(each) || isOnlyFor(each.key.text, key.text)),
      ),
      key.text,
    ),
  );
  return names === STEP_KINDS ? [...kept, ...kindsApart(patient, own.map, there)] : kept;
};

function keepOnly(
  { text, analysis }: Case,
  others: readonly Extract<Link, { kind: 'entry' }>['entry'][],
  kept: string,
): readonly Mend[] {
  const edits = others.map(({ key }) => removal(text, linksTo(analysis.tree, key.range.start)));
  return isApart(edits.flatMap((edit) => edit?.range ?? []))
    ? possible(`Keep only \`${kept}\``, ...edits)
    : [];
}

function isApart(ranges: readonly { readonly start: number; readonly end: number }[]): boolean {
  const sorted = ranges.toSorted((a, b) => a.start - b.start);
  return sorted.every(({ start }, i) => start >= (sorted[i - 1]?.end ?? 0));
}
