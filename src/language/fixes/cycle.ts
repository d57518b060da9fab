import type { Range } from '../../base/lines.ts';
import { linksTo, removal } from '../yaml-edits.ts';
import {
  certain,
  linksToKey,
  possible,
  stepAround,
  useAround,
  type Case,
  type Cure,
  type Mend,
} from './mend.ts';

/** Every need of the loop may be the one that goes; what an expression reads cannot be taken away so. */
export const cureCycle: Cure = (patient) => {
  const { diagnostic } = patient;
  if (diagnostic.related.length === 0) return breakAt(patient, diagnostic.range, certain);
  return diagnostic.related.flatMap(({ range }) => breakAt(patient, range, possible));
};

/** Takes the need at one hop away. */
function breakAt({ text, analysis }: Case, at: Range, offer: typeof certain): readonly Mend[] {
  if (useAround(analysis, at) !== undefined) return [];
  const step = stepAround(analysis, at.start);
  const links = linksTo(analysis.tree, at.start);
  const needs = linksToKey(links, 'needs');
  if (step === undefined || needs.length === 0) return [];
  const item = links[needs.length];
  const id = text.slice(at.start, at.end);
  const title =
    id === step.id ? 'Take this need away' : `Break the cycle here: "${step.id}" no longer needs "${id}"`;
  return offer(title, removal(text, item?.kind === 'item' ? [...needs, item] : needs));
}
