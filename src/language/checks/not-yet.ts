import type { Diagnostic } from '../../model/diagnostic.ts';
import { STEP_KIND_INFO } from '../../model/step-kind.ts';
import { finding } from '../findings.ts';
import type { StepEntry } from '../step-entries.ts';
import { entryOf, valueOf, type YamlNode } from '../tree.ts';
import type { CheckContext } from './check.ts';

/**
 * Parts of the language that are read and checked, but that nobody carries out yet: delete here what runs. Kinds of step
 * say it of themselves, in the model. A workflow with these can be run all the same, by hand.
 */
const NOT_YET = {
  schedule: 'Schedules do not fire yet; the workflow can be run by hand.',
  files: 'File triggers do not fire yet; the workflow can be run by hand.',
} as const;

/** One clear word for each part that cannot run yet, instead of silence when it does not. */
export function checkNotYet({ tree, steps }: CheckContext): readonly Diagnostic[] {
  return [...checkTriggers(valueOf(tree, 'on')), ...steps.flatMap(checkKinds)];
}

function checkKinds({ kinds }: StepEntry): readonly Diagnostic[] {
  return kinds.flatMap(({ key, kind }) =>
    STEP_KIND_INFO[kind].runs
      ? []
      : [finding('baton/not-yet', key.range, `\`${kind}\` steps cannot run yet.`, { severity: 'warning' })],
  );
}

function checkTriggers(on: YamlNode | undefined): readonly Diagnostic[] {
  return Object.entries(NOT_YET).flatMap(([field, message]) => {
    const entry = entryOf(on, field);
    return entry === undefined
      ? []
      : [finding('baton/not-yet', entry.key.range, message, { severity: 'information' })];
  });
}
