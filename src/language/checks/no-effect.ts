import type { Diagnostic } from '../../model/diagnostic.ts';
import { finding } from '../findings.ts';
import { entryOf, valueOf, type YamlNode } from '../tree.ts';
import type { CheckContext } from './check.ts';

/** What a gate has, and cannot use: where nothing runs, nothing is limited, stopped or tried again. */
export function checkNoEffect({ steps }: CheckContext): readonly Diagnostic[] {
  return steps.flatMap((step) => {
    const gate = valueOf(step.node, 'gate');
    if (gate === undefined || valueOf(gate, 'check') !== undefined) return [];
    const asks = valueOf(gate, 'approval') !== undefined;
    const own = asks ? [] : told(gate, ['timeout', 'on_timeout'], 'a condition is answered at once');
    const why = asks
      ? 'nothing runs while people are asked; `timeout` inside of `gate` says how long they have'
      : 'a condition runs nothing';
    // In `finally` the step's own time counts for people, too (rule S6).
    const times = step.level.place === 'finally' && asks ? [] : ['timeout'];
    return [...own, ...told(step.node, [...times, 'total_timeout', 'retry', 'stop'], why)];
  });
}

function told(node: YamlNode | undefined, fields: readonly string[], why: string): readonly Diagnostic[] {
  return fields.flatMap((field) => {
    const entry = entryOf(node, field);
    if (entry === undefined) return [];
    const message = `\`${field}\` has no effect here: ${why}.`;
    return [finding('baton/no-effect', entry.key.range, message, { severity: 'warning' })];
  });
}
