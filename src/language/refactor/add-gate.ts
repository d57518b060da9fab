import { freeName } from '../free-name.ts';
import { addNeed } from '../fixes/unknown-step.ts';
import { allSteps } from '../step-entries.ts';
import { valueOf } from '../tree.ts';
import { columnOf, lineInsertion } from '../yaml-edits.ts';
import type { Refactor } from './refactoring.ts';
import { blocksOf, needsLine, shifted } from '../step-blocks.ts';

/** A question to a person that a step waits for, once all that it needs is done. */
export const addGate: Refactor = ({ analysis, text, level, steps }) => {
  const [step, other] = steps;
  if (step === undefined || other !== undefined || level.place === 'finally') return [];
  if (valueOf(step.node, 'if') !== undefined) return []; // Nobody is asked about what will not happen.
  const block = blocksOf(text, level)?.find((each) => each.step === step);
  const needs = needsLine(text, step);
  if (block === undefined || needs === 'refused') return [];
  const taken = new Set([...allSteps(analysis.index.steps, analysis.index.finally)].map(({ id }) => id));
  const id = freeName(`approve_${step.id}`, taken);
  const lines = [
    `${id}:`,
    ...(needs === undefined ? [] : [`  needs: ${needs.written}`]),
    `  gate: { approval: 'Go on with ${step.id}?' }`,
  ];
  const gate = shifted(lines.join('\n'), columnOf(text, step.range.start)).trimEnd();
  const needed = needs === undefined ? addNeed(text, step, id)[0]?.edits : [needs.become(id)];
  if (needed === undefined) return [];
  return [
    {
      title: `Ask before "${step.id}"`,
      kind: 'rewrite',
      edits: [lineInsertion(text, block.start, gate), ...needed],
    },
  ];
};
