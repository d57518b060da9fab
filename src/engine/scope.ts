import { emptyRecord, type Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import { renderTemplate, type Scope } from '../expression/evaluate.ts';
import { exitCodeOf } from '../model/attempt.ts';
import type { RunState, StepState } from '../model/run-state.ts';

/** What the expressions of one step may see (rule V1). `env` grows while the environment itself is worked out. */
export function scopeOf(state: RunState, step: StepState, env: Readonly<Record<string, string>>): Scope {
  const contexts: Record<string, () => Json | undefined> = {
    inputs: () => state.inputs,
    env: () => env,
    run: () => ({ id: state.run, workflow: state.workflow.name, attempt: 1 }),
    schedule: () => scheduleOf(state),
  };
  return {
    context: (name) => (Object.hasOwn(contexts, name) ? contexts[name]?.() : undefined),
    step: (id) => {
      const found = state.steps[id];
      return found && stepValue(found);
    },
    status: statusFunctions(state, step),
  };
}

function scheduleOf(state: RunState): Json | undefined {
  return state.cause.kind === 'schedule' ? { nominal_time: state.cause.nominalTime } : undefined;
}

/** `steps.<id>`: only what there is, so that a missing value is told as missing. */
function stepValue(step: StepState): Json {
  const outcome = step.attempts.at(-1)?.outcome;
  const value = emptyRecord<Json>();
  value['outputs'] = outcome?.ok === true ? outcome.outputs : emptyRecord<Json>();
  value['outcome'] = step.status;
  value['result'] = step.result ?? step.status;
  const exitCode = outcome && exitCodeOf(outcome);
  if (exitCode !== undefined) value['exit_code'] = exitCode;
  if (outcome?.stdout !== undefined) value['stdout'] = outcome.stdout;
  return value;
}

/** S4, over the step's needs and all they need. */
function statusFunctions(state: RunState, step: StepState): NonNullable<Scope['status']> {
  const { upstream } = step;
  return {
    success: () => needsHold(state, step),
    failure: () => upstream.failed,
    cancelled: () => state.stop !== undefined || upstream.cancelled,
    always: () => true,
    none_failed: () => !upstream.failed && !upstream.cancelled,
  };
}

/** True when every need effectively succeeded, or was skipped where that is allowed (rule S2). */
export function needsHold(state: RunState, step: StepState): boolean {
  return step.step.needs.every((need) => {
    const needed = state.steps[need.step];
    if (needed?.result === 'succeeded') return true;
    return need.allowSkipped && needed?.result === 'skipped' && needed.reason !== 'upstream_failed';
  });
}

/**
 * The variables a step is given, without `BATON_*` (rule V4). Each value may use those before it; the error names
 * the variable that has none.
 */
export function environmentOf(state: RunState, step: StepState): Result<Record<string, string>, string> {
  const env = emptyRecord<string>();
  const scope = scopeOf(state, step, env);
  for (const layer of [state.workflow.env, step.step.env]) {
    for (const [name, template] of Object.entries(layer)) {
      const value = renderTemplate(template, scope);
      if (!value.ok) return err(`${value.error} It is used by the variable "${name}" in env.`);
      env[name] = value.value;
    }
  }
  Object.assign(env, state.env);
  return ok(env);
}
