import type { Diagnostic } from '../../model/diagnostic.ts';
import type { InputDeclaration } from '../../model/workflow.ts';
import { finding } from '../findings.ts';
import { INPUT_NAME } from '../schema.ts';
import { entryOf, isNothing, valueOf, type YamlEntry } from '../tree.ts';
import type { CheckContext } from './check.ts';

/** Names as in expressions and on the command line; values of the declared type; a default among the declared values. */
export function checkInputs({ tree, workflow }: CheckContext): readonly Diagnostic[] {
  const declared = valueOf(tree, 'inputs');
  if (declared?.kind !== 'map') return [];
  const inputs = new Map(workflow.inputs.map((input) => [input.name, input]));
  return declared.entries.flatMap((entry) => {
    const input = inputs.get(entry.key.text);
    return input === undefined
      ? []
      : [
          ...checkName(entry),
          ...checkEnum(entry, input),
          ...checkDefault(entry, input),
          ...checkSecret(entry, input),
        ];
  });
}

/** A secret is text that stands nowhere in the file. */
function checkSecret({ value }: YamlEntry, { name, type, secret }: InputDeclaration): readonly Diagnostic[] {
  if (!secret) return [];
  const [kind, given] = [entryOf(value, 'type'), entryOf(value, 'default')];
  const wrongKind =
    type === 'string' || kind === undefined
      ? []
      : [finding('baton/input', kind.value.range, `Input "${name}" is secret, so it is a string.`)];
  if (given === undefined) return wrongKind;
  const message = `The default of input "${name}" stands in the file for all to read, so it is no secret: leave it out.`;
  return [...wrongKind, finding('baton/input', given.value.range, message, { severity: 'warning' })];
}

function checkName({ key }: YamlEntry): readonly Diagnostic[] {
  if (INPUT_NAME.test(key.text)) return [];
  const message = `"${key.text}" cannot be the name of an input: it begins with a letter or _, and holds letters, digits, _ and -.`;
  return [finding('baton/input', key.range, message)];
}

function checkEnum({ value }: YamlEntry, { name, type }: InputDeclaration): readonly Diagnostic[] {
  const allowed = entryOf(value, 'enum');
  if (allowed?.value.kind !== 'list') return [];
  if (type === 'boolean') {
    const message = `Input "${name}" is true or false already: leave \`enum\` out.`;
    return [finding('baton/input', allowed.key.range, message)];
  }
  if (type !== 'number') return [];
  return allowed.value.items.flatMap((item) => {
    if (item.kind !== 'scalar' || isNothing(item) || typeof item.value === 'number') return [];
    return [finding('baton/input', item.range, `Input "${name}" is a number, but "${item.text}" is none.`)];
  });
}

function checkDefault({ value }: YamlEntry, input: InputDeclaration): readonly Diagnostic[] {
  const at = entryOf(value, 'default')?.value.range;
  if (input.default === undefined || at === undefined) return [];
  const wrong = wrongDefault(input, input.default);
  return wrong === undefined ? [] : [finding('baton/input', at, wrong)];
}

function wrongDefault(
  { name, type, enum: allowed }: InputDeclaration,
  value: string | number | boolean,
): string | undefined {
  if (type === 'number' && typeof value !== 'number') {
    return `Input "${name}" is a number, but its default is "${value}".`;
  }
  if (type === 'boolean' && typeof value !== 'boolean') {
    return `Input "${name}" is true or false, but its default is "${value}".`;
  }
  if (allowed === undefined || type === 'boolean' || allowed.some((each) => each === value)) return undefined;
  return `The default of input "${name}" is "${value}", which is not one of ${allowed.join(', ')}.`;
}
