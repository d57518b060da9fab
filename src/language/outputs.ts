import type { StepEntry } from './step-entries.ts';
import { textOf, valueOf } from './tree.ts';

const WRITES = /BATON_OUTPUT/;
const NAME = /(?:^|[\s"';(])([A-Za-z_][\w-]*)(?:=|<<)/;

/** The names before the `=` on lines that write to `$BATON_OUTPUT`; what programs write otherwise is not known. */
export function writtenOutputs(step: StepEntry): readonly string[] {
  const names = new Set<string>();
  const gate = valueOf(step.node, 'gate');
  if (gate !== undefined && valueOf(gate, 'approval') !== undefined)
    for (const name of ANSWER) names.add(name);
  for (const text of [
    textOf(valueOf(step.node, 'run')),
    textOf(valueOf(step.node, 'script')),
    textOf(valueOf(gate, 'check')),
  ]) {
    for (const line of (text ?? '').split('\n')) {
      const name = WRITES.test(line) ? NAME.exec(line)?.[1] : undefined;
      if (name !== undefined) names.add(name);
    }
  }
  for (const inner of step.inner?.entries ?? []) for (const name of writtenOutputs(inner)) names.add(name);
  return [...names];
}

/** What an approval gives out. */
const ANSWER = ['answer', 'by', 'note'] as const;
