import type { Diagnostic } from '../../model/diagnostic.ts';
import { finding } from '../findings.ts';
import type { CheckContext } from './check.ts';

const FALSE = /^(?:false|null|0|'')$/i;
const TRUE = /^(?:true|[1-9]\d*|'[^']+')$/i;

/** A condition that reads nothing: its step never runs, or its loop has no way out before `max`. */
export function checkConstants({ uses }: CheckContext): readonly Diagnostic[] {
  return uses.expressions.flatMap(({ parsed, field, range, step }) => {
    if (!parsed.ok || (field !== 'if' && field !== 'until')) return [];
    const source = parsed.value.source.trim();
    const isFalse = FALSE.test(source);
    if (!isFalse && !TRUE.test(source)) return [];
    return [
      finding('baton/constant', range, words(step?.id ?? '', { field, isFalse }), { severity: 'warning' }),
    ];
  });
}

function words(
  id: string,
  { field, isFalse }: { readonly field: 'if' | 'until'; readonly isFalse: boolean },
): string {
  if (field === 'if')
    return isFalse
      ? `Step "${id}" never runs: its \`if\` is always false.`
      : `The \`if\` of step "${id}" is always true: leave it out.`;
  return isFalse
    ? `Loop "${id}" always goes on to its last round: its \`until\` never holds.`
    : `Loop "${id}" always ends after one round: its \`until\` always holds.`;
}
