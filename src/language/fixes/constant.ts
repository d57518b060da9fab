import { certain, possible, remove, type Cure } from './mend.ts';

/** An `if` that always holds says nothing; one that never does, somebody wrote for a reason. */
export const cureConstant: Cure = (patient) => {
  const own = patient.links.at(-1);
  if (own?.kind !== 'entry') return [];
  const isTrue = patient.diagnostic.message.includes('is always true');
  const title = `Take \`${own.entry.key.text}\` away`;
  return isTrue ? certain(title, remove(patient)) : possible(title, remove(patient));
};
