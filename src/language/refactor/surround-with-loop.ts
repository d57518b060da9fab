import { allSteps } from '../step-entries.ts';
import { freeName } from '../free-name.ts';
import { columnOf } from '../yaml-edits.ts';
import type { Refactor } from './refactoring.ts';
import { needsIn, seamOf } from './seam.ts';
import { blocksOf, needsText, partWith, shifted } from '../step-blocks.ts';
import { replaceBlocks } from './replace-blocks.ts';

/** The selected steps in a loop that goes on until the last of them has succeeded: at first, that is one round. */
export const surroundWithLoop: Refactor = ({ analysis, text, level, steps }) => {
  const blocks = blocksOf(text, level)?.filter(({ step }) => steps.includes(step));
  const seam = seamOf(analysis, level, steps);
  const [first] = blocks ?? [];
  if (blocks === undefined || first === undefined || seam === undefined) return [];
  const taken = [...allSteps(analysis.index.steps, analysis.index.finally)].map(({ id }) => id);
  const id = freeName('loop', new Set(taken));
  const outside = seam.outside(id);
  if (outside === undefined) return [];
  const needs = needsIn(analysis, level);
  const last = steps.findLast((step) => !steps.some((other) => needs.get(other)?.has(step) === true));
  const column = columnOf(text, first.step.range.start);
  const head = [
    `${id}:`,
    ...(seam.needs.length > 0 ? [`  needs: ${needsText(seam.needs)}`] : []),
    '  loop:',
    '    max: 3',
    `    until: steps.${last?.id ?? ''}.result == 'succeeded'`,
    '    steps:',
  ];
  const body = blocks.map((block) => shifted(partWith(text, block, seam.inside), 6)).join('');
  const lines = `${shifted(head.join('\n'), column)}${body}`;
  const title =
    steps.length === 1 ? `Surround "${steps[0]?.id ?? ''}" with a loop` : 'Surround these steps with a loop';
  return [{ title, kind: 'rewrite', edits: [...replaceBlocks(text, blocks, lines), ...outside] }];
};
