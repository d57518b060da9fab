import { needEntries } from '../edges.ts';
import { linksTo } from '../yaml-edits.ts';
import { freeName } from '../free-name.ts';
import { certain, possible, remove, replace, stepAround, type Case, type Cure } from './mend.ts';

/** One of the two goes: a person says which, unless they are the same. */
export const cureDuplicateKey: Cure = (patient) => {
  const { links, diagnostic, text, analysis } = patient;
  const own = links.at(-1);
  const first = diagnostic.related[0]?.range;
  if (own === undefined || first === undefined) return [];
  if (isNeed(patient)) return certain('Take the second one away', remove(patient));
  if (own.kind !== 'entry') return [];
  const other = linksTo(analysis.tree, first.start);
  const there = other.at(-1);
  if (there?.kind !== 'entry') return [];
  if (there.map !== own.map) return renamed(patient);
  const [a, b] = [there.entry.range, own.entry.range].map(({ start, end }) => text.slice(start, end));
  if (a === b) return certain('Take the second one away', remove(patient));
  return [
    ...possible('Take the first one away', remove({ text, links: other })),
    ...possible('Take the second one away', remove(patient)),
  ];
};

function isNeed({ analysis, diagnostic: { range } }: Case): boolean {
  const step = stepAround(analysis, range.start);
  return step !== undefined && needEntries(step).some((need) => need.range.start === range.start);
}

/** A step of `finally` that has the name of another one gets one of its own, and is needed by that. */
function renamed({ analysis: { index }, diagnostic: { range } }: Case): ReturnType<Cure> {
  const level = index.finally;
  const step = level.entries.find(({ key }) => key.range.start === range.start);
  if (step === undefined) return [];
  const name = freeName(`${step.id}_finally`, new Set([...level.byId.keys(), ...index.steps.byId.keys()]));
  const needs = level.entries.flatMap((each) => needEntries(each)).filter(({ id }) => id === step.id);
  return possible(
    `Rename to "${name}"`,
    ...[range, ...needs.map((need) => need.range)].map((each) => replace(each, name)),
  );
}
