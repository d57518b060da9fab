import type { Diagnostic } from '../../model/diagnostic.ts';
import { finding } from '../findings.ts';
import { valueOf } from '../tree.ts';
import type { CheckContext } from './check.ts';

/** An input that no expression reads. Silent where one reads all of them, or cannot be read itself. */
export function checkUnusedInputs({ tree, uses }: CheckContext): readonly Diagnostic[] {
  const declared = valueOf(tree, 'inputs');
  if (declared?.kind !== 'map' || uses.broken.length > 0) return [];
  const read = new Set<string>();
  for (const { parsed } of uses.expressions) {
    if (!parsed.ok) return [];
    for (const {
      path: [root, name],
      complete,
    } of parsed.value.references) {
      if (root?.toLowerCase() !== 'inputs') continue;
      if (name === undefined || !complete) return [];
      // Names are found however they are written.
      read.add(name.toLowerCase());
    }
  }
  return declared.entries.flatMap(({ key }) => {
    if (read.has(key.text.toLowerCase())) return [];
    const message = `Nothing reads the input "${key.text}".`;
    return [finding('baton/unused-input', key.range, message, { severity: 'hint' })];
  });
}
