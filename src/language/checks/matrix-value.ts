import type { Diagnostic } from '../../model/diagnostic.ts';
import { finding } from '../findings.ts';
import { entryOf } from '../tree.ts';
import type { CheckContext } from './check.ts';

/** A value that stands twice in one list of a matrix: the same combination would run twice, under one name. */
export function checkMatrixValues({ steps }: CheckContext): readonly Diagnostic[] {
  return steps.flatMap((step) => {
    const matrix = entryOf(step.node, 'matrix')?.value;
    if (matrix?.kind !== 'map') return [];
    return matrix.entries.flatMap(({ key, value }) => {
      if (value.kind !== 'list' || key.text === 'include' || key.text === 'exclude') return [];
      const seen = new Set<string>();
      return value.items.flatMap((item) => {
        if (item.kind !== 'scalar' || item.text.includes('${{')) return [];
        const name = `${typeof item.value} ${item.value}`;
        if (!seen.has(name)) {
          seen.add(name);
          return [];
        }
        const message = `"${item.text}" stands twice in "${key.text}": its combinations would run twice.`;
        return [finding('baton/matrix-value', item.range, message, { severity: 'warning' })];
      });
    });
  });
}
