import type { Diagnostic } from '../../model/diagnostic.ts';
import { inFile } from '../expression-uses.ts';
import { finding, listed, suggestion } from '../findings.ts';
import { writtenOutputs } from '../outputs.ts';
import { visibleStep, type StepEntry } from '../step-entries.ts';
import { textOf, valueOf } from '../tree.ts';
import type { CheckContext } from './check.ts';

/** Commands that write to no file by themselves: where a step has only these, what it writes is known. */
const PLAIN = /^(?:echo|printf|true|false|:|set|cd|export|sleep|test|\[|exit)(?:\s|$)/;
const WRITE = /^(?:echo|printf)\s+[^|;&`$()]*?(["']?)([A-Za-z_][\w-]*)=.*>>\s*"?\$\{?BATON_OUTPUT\}?"?\s*$/;

/** An output that is read, but that the step visibly does not write. Silent where any other program may write it. */
export function checkUnwrittenOutputs({ uses }: CheckContext): readonly Diagnostic[] {
  return uses.expressions.flatMap((use) => {
    if (!use.parsed.ok || use.step === undefined) return [];
    return use.parsed.value.references.flatMap(({ path, range }) => {
      const [root, id = '', field, name] = path;
      if (root !== 'steps' || field !== 'outputs' || name === undefined) return [];
      const step = visibleStep(use.level, id);
      const written = step === undefined ? undefined : knownOutputs(step);
      if (written === undefined || written.includes(name)) return [];
      const at = inFile(use, range);
      const { hint } = suggestion(name, written, at);
      const list = written.length === 0 ? 'It writes none.' : `It writes ${listed(written)}.`;
      const message = `Step "${id}" does not write an output "${name}".${hint === '' ? ` ${list}` : hint}`;
      return [finding('baton/unwritten-output', at, message, { severity: 'warning' })];
    });
  });
}

/** Every name that a step may write; undefined where nobody can know. */
function knownOutputs(step: StepEntry): readonly string[] | undefined {
  const text = textOf(valueOf(step.node, 'run'));
  const shell = textOf(valueOf(step.node, 'shell')) ?? 'bash';
  if (text === undefined || !['bash', 'sh'].includes(shell) || step.kinds.length !== 1) return undefined;
  const lines = text.split('\n').map((line) => line.trim());
  const isKnown = lines.every((line) => {
    if (line === '' || line.startsWith('#')) return true;
    if (line.includes('BATON_OUTPUT')) return WRITE.test(line);
    return PLAIN.test(line) && !/[|;&`<>]|\$\(/.test(line);
  });
  return isKnown ? writtenOutputs(step) : undefined;
}
