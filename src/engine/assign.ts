import { err, ok, type Result } from '../base/result.ts';
import { renderTemplate, type Scope } from '../expression/evaluate.ts';
import { hasExpression } from '../expression/template.ts';
import { placeInShell } from '../expression/shell-text.ts';
import type { Assignment, AssignmentOfKind, Failure, StepAddress } from '../model/attempt.ts';
import type { RunState, StepState } from '../model/run-state.ts';
import { shellOfLanguage } from '../model/step-kind.ts';
import type { RunFields, ScriptFields, Step } from '../model/workflow.ts';
import { environmentOf, scopeOf } from './scope.ts';

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
export function assign(state: RunState, address: StepAddress, now: number): Result<Assignment, Failure> {
  const step = state.steps[address];
  if (step === undefined) return bad(`The run has no step "${address}".`);
  const env = environmentOf(state, step);
  if (!env.ok) return bad(env.error);
  const scope = scopeOf(state, step, env.value);
  const resolved = resolve(step.step, scope);
  if (!resolved.ok) return bad(resolved.error);
  const places = placesOf(state, step, scope);
  if (!places.ok) return bad(places.error);
  return ok({
    run: state.run,
    step: address,
    attempt: step.attempts.at(-1)?.number ?? 1,
    ...resolved.value.own,
    ...places.value,
    ...timeout(step, now),
    env: { ...env.value, ...resolved.value.values, ...reserved(state, step) },
    stop: step.step.stop,
    keepStdout: step.step.keepStdout,
  });
}

function bad(message: string): { readonly ok: false; readonly error: Failure } {
  return err({ kind: 'bad-expression', message });
}

function resolve(step: Step, scope: Scope): Result<Resolved, string> {
  switch (step.kind) {
    case 'run':
      return resolveRun(step.with, scope);
    case 'script':
      return resolveScript(step.with, scope);
    case 'agent':
    case 'workflow':
    case 'gate':
    case 'loop':
      return err(`\`${step.kind}\` steps cannot run yet.`);
  }
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

function renderAll(templates: readonly string[], scope: Scope): Result<string[], string> {
  const texts: string[] = [];
  for (const template of templates) {
    const text = renderTemplate(template, scope);
    if (!text.ok) return text;
    texts.push(text.value);
  }
  return ok(texts);
}

/** `timeout` bounds this attempt, `total_timeout` all of them with their waits (rule E3). */
function timeout({ step, attempts }: StepState, now: number): { readonly timeoutMs?: number } {
  const limits: number[] = [];
  if (step.timeoutMs !== undefined) limits.push(step.timeoutMs);
  if (step.totalTimeoutMs !== undefined) {
    limits.push(Math.max(1, (attempts[0]?.startedAt ?? now) + step.totalTimeoutMs - now));
  }
  return limits.length === 0 ? {} : { timeoutMs: Math.min(...limits) };
}

function reserved(state: RunState, step: StepState): Record<string, string> {
  return {
    BATON_RUN_ID: state.run,
    BATON_STEP: step.id,
    BATON_ATTEMPT: String(step.attempts.at(-1)?.number ?? 1),
  };
}
