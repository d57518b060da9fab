import { hasExpression } from '../../expression/template.ts';
import { refFrom } from '../../model/ref.ts';
import { textOf, valueOf, entryOf } from '../tree.ts';
import type { Refactor } from './refactoring.ts';
import { isOpen } from '../step-blocks.ts';

/** A command of several lines in a file of its own, beside the workflow. */
export const extractScript: Refactor = ({ analysis: { workflow, tree }, text, steps, range, read }) => {
  const [step, other] = steps;
  const run = entryOf(step?.node, 'run');
  if (step === undefined || other !== undefined || run?.value.kind !== 'scalar' || read === undefined)
    return [];
  const isThere = run.range.start <= range.start && range.end <= run.range.end;
  const { style, text: command } = run.value;
  const own =
    textOf(valueOf(step.node, 'shell')) ?? textOf(valueOf(valueOf(tree, 'defaults'), 'shell')) ?? 'bash';
  const isLong = style === 'literal' && command.trim().includes('\n');
  const isAnywhere =
    valueOf(step.node, 'cwd') !== undefined || valueOf(valueOf(tree, 'defaults'), 'cwd') !== undefined;
  if (!isThere || !isLong || isAnywhere || hasExpression(command) || !isOpen(text, step)) return [];
  if (own !== 'bash' && own !== 'sh') return [];
  const name = `${step.id}.sh`;
  const ref = refFrom(workflow.ref, `./${name}`);
  if (read(ref) !== undefined || !/^[\w./-]+$/.test(ref)) return [];
  const options = own === 'bash' ? 'set -eo pipefail' : 'set -e';
  const script = `#!/usr/bin/env ${own}\n${options}\n\n${command}${command.endsWith('\n') ? '' : '\n'}`;
  const ending = text.slice(run.value.range.start, run.value.range.end).endsWith('\n') ? '\n' : '';
  const edits = [{ range: run.value.range, newText: `${own} ${ref}${ending}` }];
  return [
    {
      title: `Extract the command of "${step.id}" into a file`,
      kind: 'extract',
      edits,
      newFile: { ref, text: script },
    },
  ];
};
