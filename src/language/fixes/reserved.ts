import { freeName } from '../free-name.ts';
import { possible, remove, replace, type Cure } from './mend.ts';

/** A variable of Baton's own: another name, or without it. */
export const cureReserved: Cure = (patient) => {
  const own = patient.links.at(-1);
  if (own?.kind !== 'entry') return [];
  const { key } = own.entry;
  const taken = new Set(own.map.entries.map((entry) => entry.key.text));
  const plain = key.text.replace(/^BATON_/i, '');
  const name = freeName(plain === '' ? 'VALUE' : plain, taken);
  return [
    ...possible(`Rename to ${name}`, replace(key.range, name)),
    ...possible(`Take ${key.text} away`, remove(patient)),
  ];
};
