import { analyze } from '../../src/language/analyze.ts';
import { childrenOf, type ChildLook } from '../../src/language/children.ts';

/** The workflows that those of the corpus run. */
const CHILDREN: Readonly<Record<string, ChildLook>> = {
  'publish.workflow.yaml': childLook('inputs: { tag: {} }\nsteps: { a: { run: x } }'),
  'other.workflow.yaml': childLook(
    'inputs: { a: { type: number, required: true } }\nsteps: { a: { run: x } }',
  ),
  'broken.workflow.yaml': childLook('steps: { a: { rum: x } }'),
  'loops.workflow.yaml': childLook('steps: { a: { workflow: ./again.workflow.yaml } }'),
  'again.workflow.yaml': childLook('steps: { a: { workflow: ./loops.workflow.yaml } }'),
};

function childLook(text: string): ChildLook {
  const { workflow, runnable } = analyze(text, { ref: 'child.workflow.yaml' });
  return { found: true, inputs: workflow.inputs, runnable, children: childrenOf(workflow) };
}

export const look = (ref: string): ChildLook =>
  CHILDREN[ref] ?? { found: false, hint: 'The path begins at this file.' };
