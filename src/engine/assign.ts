import { recordFrom, type Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import { evaluateText, renderTemplate, type Scope } from '../expression/evaluate.ts';
import { hasExpression } from '../expression/template.ts';
import { placeInShell } from '../expression/shell-text.ts';
import type {
  Assignment,
  AssignmentCommon,
  AssignmentOfKind,
  Failure,
  ResolvedCache,
  RunId,
  StepAddress,
} from '../model/attempt.ts';
import { refFrom } from '../model/ref.ts';
import type { RunState, StepState } from '../model/run-state.ts';
import { shellOfLanguage } from '../model/step-kind.ts';
import type { GateFields, RunFields, ScriptFields, WorkflowFields } from '../model/workflow.ts';
import { environmentOf, NO_SOURCES, scopeOf, standpointOf, type Sources } from './scope.ts';

/** What a kind of step resolves to: its own fields, and the variables its expressions became (rule V3). */
interface Resolved {
  readonly own: AssignmentOfKind;
  readonly values: Readonly<Record<string, string>>;
}

const NO_VALUES: Readonly<Record<string, string>> = {};

/**
 * Resolves every expression of a step that is about to run its latest attempt. The failure names what is missing;
 * nothing has been started then.
 */
export function assign(
  state: RunState,
  address: StepAddress,
  now: number,
  sources: Sources = NO_SOURCES,
): Result<Assignment, Failure> {
  const step = state.steps[address];
  if (step === undefined) return bad(`The run has no step "${address}".`);
  const standpoint = standpointOf(state, step);
  const env = environmentOf(state, standpoint, sources);
  if (!env.ok) return bad(env.error);
  const scope = scopeOf(state, standpoint, env.value, sources);
  const resolved = resolve(step, state.workflow.ref, scope);
  if (!resolved.ok) return bad(resolved.error);
  const places = placesOf(state, step, scope);
  if (!places.ok) return bad(places.error);
  const cache = cacheOf(step, scope);
  if (!cache.ok) return bad(cache.error);
  const common: AssignmentCommon = {
    run: state.run,
    step: address,
    attempt: step.attempts.at(-1)?.number ?? 1,
    ...places.value,
    ...timeout(step, now),
    env: withReserved(state, step, env.value, resolved.value.values),
    stop: step.step.stop,
    keepStdout: step.step.keepStdout,
    ...(cache.value !== undefined && { cache: cache.value }),
  };
  return ok(Object.assign(common, resolved.value.own));
}

function bad(message: string): { readonly ok: false; readonly error: Failure } {
  return err({ kind: 'bad-expression', message });
}

function resolve({ step, attempts }: StepState, ref: string, scope: Scope): Result<Resolved, string> {
  switch (step.kind) {
    case 'run':
      return resolveRun(step.with, scope);
    case 'script':
      return resolveScript(step.with, scope);
    case 'gate':
      return 'check' in step.with.by
        ? resolveRun({ command: step.with.by.check, ...shellOf(step.with) }, scope)
        : err('This gate asks no program.');
    case 'workflow':
      return resolveChild(step.with, { ref, child: attempts.at(-1)?.child ?? '' }, scope);
    case 'loop':
      return err('A loop is no program.');
    case 'agent':
      return err('`agent` steps cannot run yet.');
  }
}

function shellOf({ shell }: GateFields): Pick<RunFields, 'shell'> {
  return shell === undefined ? {} : { shell };
}

function resolveChild(
  { path, inputs }: WorkflowFields,
  { ref, child }: { readonly ref: string; readonly child: RunId },
  scope: Scope,
): Result<Resolved, string> {
  const values: (readonly [string, Json])[] = [];
  for (const [name, template] of Object.entries(inputs)) {
    const value = evaluateText(template, scope);
    if (!value.ok) return err(`${value.error} It is given to the input "${name}".`);
    values.push([name, value.value]);
  }
  return ok({
    own: { kind: 'workflow', with: { path: refFrom(ref, path), inputs: recordFrom(values), child } },
    values: NO_VALUES,
  });
}

function resolveRun(fields: RunFields, scope: Scope): Result<Resolved, string> {
  if (typeof fields.command !== 'string') {
    const argv = renderAll(fields.command, scope);
    if (!argv.ok) return argv;
    return ok({ own: { kind: 'run', with: { argv: argv.value } }, values: NO_VALUES });
  }
  const shell = fields.shell ?? shellFor(fields.command, scope);
  const placed = placeInShell(shell ?? 'bash', fields.command, scope);
  if (!placed.ok) return placed;
  const named = shell === undefined ? {} : { shell };
  return ok({ own: { kind: 'run', with: { text: placed.value.text, ...named } }, values: placed.value.env });
}

/** Where no shell is named, sh stands in for a missing bash; but not for text that the two would read differently. */
function shellFor(command: string, scope: Scope): 'bash' | undefined {
  if (!hasExpression(command)) return undefined;
  const [bash, sh] = [placeInShell('bash', command, scope), placeInShell('sh', command, scope)];
  return bash.ok && sh.ok && bash.value.text === sh.value.text ? undefined : 'bash';
}

function resolveScript({ text, language }: ScriptFields, scope: Scope): Result<Resolved, string> {
  if (!hasExpression(text))
    return ok({ own: { kind: 'script', with: { text, language } }, values: NO_VALUES });
  const shell = shellOfLanguage(language);
  if (shell === undefined) {
    return err(
      `An expression cannot stand inside a ${language} script: give the value to \`env\` and read it there.`,
    );
  }
  const placed = placeInShell(shell, text, scope);
  if (!placed.ok) return placed;
  return ok({
    own: { kind: 'script', with: { text: placed.value.text, language } },
    values: placed.value.env,
  });
}

function placesOf(
  state: RunState,
  { step }: StepState,
  scope: Scope,
): Result<{ readonly cwd?: string; readonly dotenv: readonly string[] }, string> {
  const dotenv = renderAll(state.workflow.dotenv, scope);
  if (!dotenv.ok) return dotenv;
  if (step.cwd === undefined) return ok({ dotenv: dotenv.value });
  const cwd = renderTemplate(step.cwd, scope);
  return cwd.ok ? ok({ cwd: cwd.value, dotenv: dotenv.value }) : cwd;
}

function cacheOf({ step }: StepState, scope: Scope): Result<ResolvedCache | undefined, string> {
  if (step.cache === undefined || (step.kind !== 'run' && step.kind !== 'script')) return ok(undefined);
  const { key: template, ...globs } = step.cache;
  const key = template === undefined ? ok(undefined) : renderTemplate(template, scope);
  if (!key.ok) return key;
  const inputs = renderAll(globs.inputs, scope);
  if (!inputs.ok) return inputs;
  const outputs = renderAll(globs.outputs, scope);
  if (!outputs.ok) return outputs;
  const keyed = key.value === undefined ? {} : { key: key.value };
  return ok({ ...keyed, inputs: inputs.value, outputs: outputs.value });
}

function renderAll(templates: readonly string[], scope: Scope): Result<string[], string> {
  const texts: string[] = [];
  for (const template of templates) {
    const text = renderTemplate(template, scope);
    if (!text.ok) return text;
    texts.push(text.value);
  }
  return ok(texts);
}

/** `timeout` bounds this attempt, `total_timeout` all of them with their waits (rule E3), and so does the budget of S6. */
function timeout({ step, attempts, earlier, item }: StepState, now: number): { readonly timeoutMs?: number } {
  const begunAt = attempts[earlier]?.startedAt ?? now;
  const left = (limitMs: number | undefined) =>
    limitMs === undefined ? Infinity : Math.max(1, begunAt + limitMs - now);
  const timeoutMs = Math.min(
    step.timeoutMs ?? Infinity,
    (step.kind === 'gate' ? step.with.timeoutMs : undefined) ?? Infinity,
    left(step.totalTimeoutMs),
    // The budget of a fan-out is not that of each of its items.
    item === undefined ? left(step.budgetMs) : Infinity,
  );
  return timeoutMs === Infinity ? {} : { timeoutMs };
}

/** V4: the reserved variables over all others. */
function withReserved(
  state: RunState,
  step: StepState,
  env: Readonly<Record<string, string>>,
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    ...env,
    ...values,
    BATON_RUN_ID: state.run,
    BATON_STEP: step.id,
    BATON_ATTEMPT: String(step.attempts.at(-1)?.number ?? 1),
  };
}
