import type { Json } from '../base/json.ts';
import type { RunStarted } from '../model/run-event.ts';
import type { InputDeclaration, Workflow } from '../model/workflow.ts';

/** What stands in facts where a secret was given. */
export const HIDDEN = '***';

/** Values of secret inputs, by name. They are never written down. */
export type Secrets = Readonly<Record<string, string>>;

/** The inputs of a workflow that nobody may see. */
export function secretInputs({ inputs }: Pick<Workflow, 'inputs'>): readonly InputDeclaration[] {
  return inputs.filter(({ secret }) => secret);
}

/** Parts what may be written down from what may not. */
export function partSecrets(
  workflow: Pick<Workflow, 'inputs'>,
  inputs: Readonly<Record<string, Json>>,
): { readonly shown: Record<string, Json>; readonly secrets: Secrets } {
  const shown: Record<string, Json> = Object.assign(Object.create(null) as Record<string, Json>, inputs);
  const secrets: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const { name } of secretInputs(workflow)) {
    const value = inputs[name];
    if (value === undefined) continue;
    secrets[name] = typeof value === 'string' ? value : JSON.stringify(value);
    shown[name] = HIDDEN;
  }
  return { shown, secrets };
}

/** The secrets that a run was given, and that whoever goes on with it has to give again. */
export function secretsGivenTo({ workflow, inputs }: RunStarted): readonly InputDeclaration[] {
  return secretInputs(workflow).filter(({ name }) => Object.hasOwn(inputs, name));
}

/** The variable that gives a secret where nobody can be asked: `BATON_SECRET_API_TOKEN` for `api-token`. */
export function secretVariable(name: string): string {
  return `BATON_SECRET_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** Secrets that the environment gives. */
export function secretsIn(
  env: Readonly<Record<string, string | undefined>>,
  inputs: readonly InputDeclaration[],
): Secrets {
  const found: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const { name } of inputs) {
    const value = env[secretVariable(name)];
    if (value !== undefined && value !== '') found[name] = value;
  }
  return found;
}
