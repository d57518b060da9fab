import type { Diagnostic } from '../../model/diagnostic.ts';
import { finding, replacement } from '../findings.ts';
import type { CheckContext } from './check.ts';

/** `always()` alone: such a step begins even while the run is being stopped, which is what `finally` is for. */
export function checkAlways({ text, uses }: CheckContext): readonly Diagnostic[] {
  return uses.expressions.flatMap(({ parsed, field, range, step, level }) => {
    if (!parsed.ok || field !== 'if' || level.place === 'finally') return [];
    if (!/^always\s*\(\s*\)$/i.test(parsed.value.source.trim())) return [];
    const message = `Step "${step?.id ?? ''}" begins even while the run is being stopped. \`!cancelled()\` runs it after failures, too, but not then; what must always run belongs into \`finally\`.`;
    const isPlain =
      text.slice(range.start, range.end) === 'always()' && /:[ \t]*$/.test(text.slice(0, range.start));
    const fixes = isPlain
      ? [{ ...replacement(range, "'!cancelled()'"), title: 'Change to `!cancelled()`' }]
      : [];
    return [finding('baton/always', range, message, { severity: 'hint', fixes })];
  });
}
