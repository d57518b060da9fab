import type { Diagnostic } from '../../model/diagnostic.ts';
import { STEP_KIND_INFO } from '../../model/step-kind.ts';
import { finding } from '../findings.ts';
import type { StepEntry } from '../step-entries.ts';
import type { CheckContext } from './check.ts';

/**
 * One clear word for each kind of step that is read and checked, but that nobody carries out yet, instead of silence when
 * it does not run. Kinds say it of themselves, in the model.
 */
export function checkNotYet({ steps }: CheckContext): readonly Diagnostic[] {
  return steps.flatMap(checkKinds);
}

function checkKinds({ kinds }: StepEntry): readonly Diagnostic[] {
  return kinds.flatMap(({ key, kind }) =>
    STEP_KIND_INFO[kind].runs
      ? []
      : [finding('baton/not-yet', key.range, `\`${kind}\` steps cannot run yet.`, { severity: 'warning' })],
  );
}
