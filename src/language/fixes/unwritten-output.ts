import { nearestAll } from '../../base/nearest.ts';
import { writtenOutputs } from '../outputs.ts';
import { visibleStep } from '../step-entries.ts';
import { certain, possible, replace, useAround, type Cure } from './mend.ts';

/** The output that was meant, where the step writes one of nearly that name. */
export const cureUnwrittenOutput: Cure = ({ analysis, text, diagnostic: { range } }) => {
  const use = useAround(analysis, range);
  const found = /^steps\.([\w-]+)\.outputs\.([\w-]+)$/.exec(text.slice(range.start, range.end));
  const [id, name] = [found?.[1], found?.[2]];
  const step = use === undefined || id === undefined ? undefined : visibleStep(use.level, id);
  if (step === undefined || name === undefined) return [];
  const near = [...new Set(nearestAll(name, writtenOutputs(step)))];
  const place = { start: range.end - name.length, end: range.end };
  const offer = near.length === 1 ? certain : possible;
  return near.flatMap((each) => offer(`Change to "${each}"`, replace(place, each)));
};
