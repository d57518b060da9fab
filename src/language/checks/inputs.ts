import type { Diagnostic } from '../../model/diagnostic.ts';
import type { InputDeclaration } from '../../model/workflow.ts';
import { finding } from '../findings.ts';
import { entryOf, valueOf } from '../tree.ts';
import type { CheckContext } from './check.ts';

/** A default must be of the declared type, and one of the declared values. */
export function checkInputs({ tree, workflow }: CheckContext): readonly Diagnostic[] {
  const declared = valueOf(tree, 'inputs');
  return workflow.inputs.flatMap((input) => {
    const entry = entryOf(declared, input.name);
    const at = entryOf(entry?.value, 'default')?.value.range;
    if (input.default === undefined || at === undefined) return [];
    const wrong = wrongDefault(input, input.default);
    return wrong === undefined ? [] : [finding('baton/input', at, wrong)];
  });
}

function wrongDefault({ name, type, enum: allowed }: InputDeclaration, value: string | number | boolean): string | undefined {
  if (type === 'number' && typeof value !== 'number') return `Input "${name}" is a number, but its default is "${value}".`;
  if (type === 'boolean' && typeof value !== 'boolean') return `Input "${name}" is true or false, but its default is "${value}".`;
  if (allowed !== undefined && !allowed.some((each) => each === value)) {
    return `The default of input "${name}" is "${value}", which is not one of ${allowed.join(', ')}.`;
  }
  return undefined;
}
