import { possible, replace, type Cure } from './mend.ts';

/** An even beat instead: only where nothing else is said of the time. */
export const cureCronStep: Cure = ({ links }) => {
  const own = links.at(-1);
  if (own?.kind !== 'entry' || own.entry.value.kind !== 'scalar') return [];
  const [minute = '', hour = '', ...rest] = own.entry.value.text.trim().split(/\s+/);
  if (rest.join(' ') !== '* * *' || own.entry.value.style === 'literal') return [];
  const minutes = hour === '*' ? /^\*\/(\d+)$/.exec(minute)?.[1] : undefined;
  const hours = /^\d+$/.test(minute) ? /^\*\/(\d+)$/.exec(hour)?.[1] : undefined;
  const every = minutes === undefined ? (hours === undefined ? undefined : `${hours}h`) : `${minutes}m`;
  const { range } = own.entry;
  return every === undefined
    ? []
    : possible(`Change to \`every: ${every}\``, replace(range, `every: ${every}`));
};
