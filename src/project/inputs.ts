import { SHORTEST_SECRET } from '../journal/mask.ts';
import { secretVariable, type Secrets } from './secrets.ts';
import { recordFrom, type Json } from '../base/json.ts';
import { nearest } from '../base/nearest.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { InputDeclaration, Workflow } from '../model/workflow.ts';

/** Something wrong with the value of one input, said to the person who gave it (or did not). */
export interface InputProblem {
  readonly input: string;
  readonly message: string;
}

/**
 * Fits what a person gave to what a workflow declares: text becomes numbers and booleans, defaults fill the gaps,
 * everything wrong is told at once.
 */
export function resolveInputs(
  workflow: Pick<Workflow, 'inputs'>,
  given: Readonly<Record<string, Json>>,
): Result<Record<string, Json>, readonly InputProblem[]> {
  const problems = [...unknownInputs(workflow, given)];
  const values: (readonly [string, Json])[] = [];
  for (const input of workflow.inputs) {
    const value = resolveInput(input, Object.hasOwn(given, input.name) ? given[input.name] : undefined);
    if (!value.ok) problems.push({ input: input.name, message: value.error });
    else if (value.value !== undefined) values.push([input.name, value.value]);
  }
  return problems.length > 0 ? err(problems) : ok(recordFrom(values));
}

/** Values for inputs that the workflow does not have. */
export function unknownInputs(
  workflow: Pick<Workflow, 'inputs'>,
  given: Readonly<Record<string, Json>>,
): readonly InputProblem[] {
  const names = workflow.inputs.map((input) => input.name);
  return Object.keys(given)
    .filter((name) => !names.includes(name))
    .map((name) => unknownInput(name, names));
}

function unknownInput(name: string, names: readonly string[]): InputProblem {
  const meant = nearest(name, names);
  const hint = meant !== undefined ? ` Did you mean "${meant}"?` : knownInputs(names);
  return { input: name, message: `The workflow has no input "${name}".${hint}` };
}

function knownInputs(names: readonly string[]): string {
  return names.length === 0 ? ' It takes no inputs.' : ` It takes: ${names.join(', ')}.`;
}

/** One input's value; undefined where none was given and none is needed. */
export function resolveInput(
  input: InputDeclaration,
  given: Json | undefined,
): Result<Json | undefined, string> {
  if (given === undefined) {
    if (input.default !== undefined) return ok(input.default);
    if (input.required && input.secret) {
      const variable = secretVariable(input.name);
      return err(
        `Input "${input.name}" needs a value. It is secret: give it when asked, or by the variable ${variable}.`,
      );
    }
    if (input.required) return err(`Input "${input.name}" needs a value.`);
    return ok(undefined);
  }
  const value = convert(input, given);
  if (!value.ok) return value;
  if (input.enum !== undefined && !input.enum.some((allowed) => allowed === value.value)) {
    const was = input.secret ? 'it is none of them' : `it is "${String(value.value)}"`;
    return err(`Input "${input.name}" must be one of ${input.enum.join(', ')}; ${was}.`);
  }
  return value;
}

function convert(input: InputDeclaration, given: Json): Result<string | number | boolean, string> {
  const text = typeof given === 'string' ? given : JSON.stringify(given);
  switch (input.type) {
    case 'string':
    case 'path':
      if (text.includes('\0'))
        return err(`Input "${input.name}" holds a NUL character, which no program can be given.`);
      return ok(text);
    case 'number': {
      const number = typeof given === 'number' ? given : Number(text);
      if (text.trim() !== '' && Number.isFinite(number)) return ok(number);
      return err(`Input "${input.name}" must be a number${isNow(input, text)}.`);
    }
    case 'boolean':
      if (given === true || text === 'true') return ok(true);
      if (given === false || text === 'false') return ok(false);
      return err(`Input "${input.name}" must be true or false${isNow(input, text)}.`);
  }
}

function isNow({ secret }: InputDeclaration, text: string): string {
  return secret ? '' : `; it is "${text}"`;
}

/** Secrets that nobody could hide: masking so short a text would leave nothing to read. */
export function tooShort(secrets: Secrets): readonly InputProblem[] {
  return Object.entries(secrets).flatMap(([input, value]) => {
    if (value === '' || value.trim().length >= SHORTEST_SECRET) return [];
    const message = `Input "${input}" is secret, but so short that it cannot be hidden in what steps print: give at least ${SHORTEST_SECRET} characters, or declare it without \`secret\`.`;
    return [{ input, message }];
  });
}
