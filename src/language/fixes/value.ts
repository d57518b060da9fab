import { nearestAll } from '../../base/nearest.ts';
import { schemasAt } from '../schema-at.ts';
import { insertion, isFlowAt, linksTo, pathOf, removal, scalar } from '../yaml-edits.ts';
import { linksToKey, possible, remove, replace, type Cure } from './mend.ts';

const MOST_CHOICES = 6;

/** A value that is not allowed: those that are, where they are few; or without it. */
export const cureValue: Cure = (patient) => {
  const { links, text, analysis, diagnostic } = patient;
  const own = links.at(-1);
  if (own?.kind === 'entry' && own.entry.key.range.start === diagnostic.range.start) {
    const key = own.entry.key.text;
    if (key === 'matrix') {
      const forEach = own.map.entries.find((entry) => entry.key.text === 'for_each');
      return [
        ...possible('Take `matrix` away', remove(patient)),
        ...(forEach === undefined
          ? []
          : possible('Take `for_each` away', removal(text, linksTo(analysis.tree, forEach.key.range.start)))),
      ];
    }
    return key === 'inputs' || key === 'outputs' ? takeAllFirst(patient) : [];
  }
  const value = own?.kind === 'entry' ? own.entry.value : own?.item;
  if (own === undefined || value?.kind !== 'scalar' || value.range.start !== diagnostic.range.start)
    return [];
  const path = pathOf(links);
  if (path.at(-1) === 'rewind_to') return possible('Take `rewind_to` away', remove(patient));
  const schemas = schemasAt(path);
  const allowed = schemas.flatMap((schema) => schema.enum ?? []).map(String);
  if (allowed.length > 0) {
    const near = new Set(nearestAll(value.text, allowed));
    const offered = near.size > 0 ? [...near] : allowed.slice(0, MOST_CHOICES);
    return offered.flatMap((each) => possible(`Change to "${each}"`, replace(value.range, scalar(each))));
  }
  const most = schemas.find(({ maximum }) => maximum !== undefined && Number(value.text) > maximum)?.maximum;
  return most === undefined ? [] : possible(`Change to ${most}`, replace(value.range, String(most)));
};

/** `!x` alone leaves out of nothing. */
function takeAllFirst({ links, text }: Parameters<Cure>[0]): ReturnType<Cure> {
  const own = linksToKey(links, 'cache').length > 0 ? links.at(-1) : undefined;
  const value = own?.kind === 'entry' ? own.entry.value : undefined;
  if (value?.kind === 'list' && isFlowAt(text, value.range))
    return possible('Take in everything else', insertion(value.range.start + 1, "'**', "));
  if (value?.kind !== 'scalar') return [];
  const written = text.slice(value.range.start, value.range.end);
  const quoted = value.style === 'plain' ? scalar(value.text) : written;
  return possible('Take in everything else', replace(value.range, `['**', ${quoted}]`));
}
