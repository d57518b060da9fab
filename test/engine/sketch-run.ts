import { describeFailure } from '../../src/model/attempt.ts';
import type { RunEvent } from '../../src/model/run-event.ts';
import type { RunState, StepState } from '../../src/model/run-state.ts';
import { fails, need, startOf, SUCCEEDS, workflowOf, type Sketch } from '../model/sketches.ts';
import { settle, SteeredRun } from './steered.ts';

/**
 * Runs a sketch to its end, every step at once: one step a line, `id`, `id: fails`, `id: needs a b?`, `if <condition>`
 * at the end; `b?` allows a skip of b, `allowed` lets a failure pass.
 */
export async function runSketch(text: string): Promise<{ state: RunState; events: readonly RunEvent[] }> {
  const lines = text.split('\n').map(parseLine);
  const run = new SteeredRun();
  run.backend.onChange(() => {
    for (const step of run.backend.running) {
      const line = lines.find(({ sketch }) => sketch.id === step);
      setImmediate(() => {
        if (run.backend.running.includes(step))
          run.backend.end(step, line?.fails === true ? fails() : SUCCEEDS);
      });
    }
  });
  await run.start(startOf(workflowOf(lines.map(({ sketch }) => sketch))));
  while (run.state === undefined) await settle();
  return { state: run.state, events: run.events };
}

function parseLine(line: string): { readonly sketch: Sketch; readonly fails: boolean } {
  const [id = '', rest = ''] = line.trim().split(/:\s*/, 2);
  const [words = '', when] = line.slice(line.indexOf(rest)).split(/\bif\s+/, 2);
  const needs = /\bneeds ((?:(?!allowed)[A-Za-z]+\??\s*)+)/.exec(words)?.[1]?.trim().split(/\s+/) ?? [];
  const sketch: Sketch = {
    id,
    needs: needs.map((each) => need(each.replace('?', ''), each.endsWith('?'))),
    ...(when === undefined || rest === '' ? {} : { when }),
    ...(words.includes('allowed') ? { continueOn: 'any-failure' as const } : {}),
  };
  return { sketch, fails: /\bfails\b/.test(words) };
}

/** `b skipped (upstream_failed: a)`, `a failed (exit 1)`. */
export function reasonedStatus(step: StepState): string {
  const outcome = step.attempts.at(-1)?.outcome;
  if (step.reason !== undefined && step.status === 'skipped') {
    return `${step.id} skipped (${step.reason}${step.because === undefined ? '' : `: ${step.because}`})`;
  }
  const why =
    outcome?.ok === false && step.status === 'failed' ? ` (${describeFailure(outcome.failure)})` : '';
  return `${step.id} ${step.status}${why}${step.status !== step.result ? ', allowed' : ''}`;
}
