import { cureKind } from './kind.ts';
import { certain, possible, replace, type Cure } from './mend.ts';

const NICKNAMES = ['hourly', 'daily', 'midnight', 'weekly', 'monthly', 'yearly', 'annually'];
const WORDS: Readonly<Record<string, string>> = {
  'every minute': '* * * * *',
  'every hour': '@hourly',
  'every day': '@daily',
  'every night': '@midnight',
  'every week': '@weekly',
  'every month': '@monthly',
  'every year': '@yearly',
};

/** A schedule in words that everybody reads the same way, or with two times. */
export const cureSchedule: Cure = (patient) => {
  const own = patient.links.at(-1);
  if (own?.kind !== 'entry' || own.entry.value.kind !== 'scalar') return cureKind(patient);
  const { key, value } = own.entry;
  if (key.range.start === patient.diagnostic.range.start) return cureKind(patient);
  if (key.text !== 'cron') return [];
  const word = value.text.trim().toLowerCase();
  if (NICKNAMES.includes(word)) return certain(`Change to '@${word}'`, replace(value.range, `'@${word}'`));
  const meant = WORDS[word];
  return meant === undefined ? [] : possible(`Change to '${meant}'`, replace(value.range, `'${meant}'`));
};
