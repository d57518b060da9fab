import { nearestAll } from '../../base/nearest.ts';
import { entryOf, textOf } from '../tree.ts';
import { addition, scalar } from '../yaml-edits.ts';
import { possible, remove, replace, stepAround, type Case, type Cure, type Mend } from './mend.ts';

/** What a child does not take goes; what it wants, and this workflow has by the same name, is handed on. */
export const cureChild: Cure = (patient) => {
  const { links, diagnostic } = patient;
  const own = links.at(-1);
  if (own?.kind !== 'entry') return [];
  const isKey = own.entry.key.range.start === diagnostic.range.start;
  if (isKey) return possible(`Take "${own.entry.key.text}" away`, remove(patient));
  if (own.entry.key.text === 'workflow') return handOn(patient);
  return oneOf(patient);
};

function handOn({ text, analysis, diagnostic }: Case): readonly Mend[] {
  const name = /needs its input "([^"]+)"/.exec(diagnostic.message)?.[1];
  const step = stepAround(analysis, diagnostic.range.start);
  if (name === undefined || step?.node.kind !== 'map') return [];
  const isOurs = analysis.workflow.inputs.some((input) => input.name === name);
  if (!isOurs) return [];
  const value = scalar(`\${{ inputs.${name} }}`);
  const given = entryOf(step.node, 'with');
  const title = `Hand on the input "${name}"`;
  if (given?.value.kind === 'map') return possible(title, addition(text, given.value, `${name}: ${value}`));
  return given === undefined ? possible(title, addition(text, step.node, `with: { ${name}: ${value} }`)) : [];
}

function oneOf({ diagnostic, links }: Case): readonly Mend[] {
  const own = links.at(-1);
  const allowed = /is one of (.+), but here it is/.exec(diagnostic.message)?.[1]?.split(', ') ?? [];
  const text = own?.kind === 'entry' ? (textOf(own.entry.value) ?? '') : '';
  const near = nearestAll(text, allowed);
  const offered = near.length > 0 ? near : allowed.slice(0, 6);
  return offered.flatMap((each) => possible(`Change to "${each}"`, replace(diagnostic.range, scalar(each))));
}
