import { err, ok, type Result } from '../base/result.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { planRun, type PlanRequest } from '../project/plan.ts';
import { planText } from '../views/plan-text.ts';

/** A document has no colours, and scrolls. */
const PAGE = { style: { colour: false, unicode: true }, columns: 160 };

/** The plan as text, or the errors for which there is none. A bundle of its own: `esbuild.js` says so. */
export async function planPage(
  request: Omit<PlanRequest, 'inputs' | 'selection'>,
): Promise<Result<string, readonly Diagnostic[]>> {
  const planned = await planRun(request);
  if (planned.ok) return ok(planText(planned.value, PAGE));
  // Nothing else is refused: no inputs and no selection were given.
  return err(planned.error.kind === 'diagnostics' ? planned.error.diagnostics : []);
}
