import { namesIn } from '../navigate.ts';
import { allSteps } from '../step-entries.ts';
import { freeName } from '../free-name.ts';
import { possible, replace, type Cure } from './mend.ts';

/** A step or an input with a name that cannot be one gets one that can, everywhere. */
export const cureName: Cure = ({ analysis, diagnostic: { range } }) => {
  const named = namesIn(analysis).find(
    ({ definition }) => definition.start >= range.start && definition.end <= range.end,
  );
  if (named === undefined || named.name === '') return [];
  const { index, workflow } = analysis;
  const steps = [...allSteps(index.steps, index.finally)].map(({ id }) => id);
  const inputs = workflow.inputs.map(({ name }) => name);
  const name = freeName(named.name, new Set(named.kind === 'step' ? steps : inputs));
  const places = [range, ...named.uses];
  return possible(`Rename to "${name}"`, ...places.map((each) => replace(each, name)));
};
