import { refFrom } from '../model/ref.ts';
import type { InputDeclaration, Step, Workflow } from '../model/workflow.ts';

/** What a workflow that runs another one has to know of it. */
export type ChildLook =
  | {
      readonly found: true;
      readonly inputs: readonly InputDeclaration[];
      /** It has no errors of its own. */
      readonly runnable: boolean;
      /** The workflows that it runs itself. */
      readonly children: readonly string[];
    }
  | { readonly found: false; readonly hint: string };

/** The workflows that a workflow runs, as paths from the project's folder. */
export function childrenOf(workflow: Workflow): readonly string[] {
  return [...workflow.steps, ...workflow.finally].flatMap((step) => childrenIn(workflow.ref, step));
}

function childrenIn(ref: string, step: Step): readonly string[] {
  if (step.kind === 'workflow') return [refFrom(ref, step.with.path)];
  return step.kind === 'loop' ? step.with.steps.flatMap((each) => childrenIn(ref, each)) : [];
}
