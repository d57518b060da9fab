import { nearestAll } from '../../base/nearest.ts';
import { schemasAt } from '../schema-at.ts';
import { pathOf } from '../yaml-edits.ts';
import { possible, remove, replace, type Cure } from './mend.ts';

/** A key that means nothing here: one of those it may have been meant to be, or without it. */
export const cureUnknownKey: Cure = (patient) => {
  const own = patient.links.at(-1);
  if (own?.kind !== 'entry') return [];
  const { key } = own.entry;
  const taken = new Set(own.map.entries.map((entry) => entry.key.text));
  const names = schemasAt(pathOf(patient.links).slice(0, -1))
    .flatMap(({ properties = {} }) => Object.keys(properties))
    .filter((name) => !taken.has(name));
  const near = [...new Set(nearestAll(key.text, names))];
  return [
    ...(near.length > 1 ? near : []).flatMap((name) =>
      possible(`Change to "${name}"`, replace(key.range, name)),
    ),
    ...(patient.diagnostic.fixes.length > 0 ? [] : possible(`Take \`${key.text}\` away`, remove(patient))),
  ];
};
