import type { Diagnostic } from '../../model/diagnostic.ts';
import { finding } from '../findings.ts';
import { valueOf, type YamlNode } from '../tree.ts';
import type { CheckContext } from './check.ts';

/** V4: `BATON_*` is set by Baton alone; and a name must be one that programs can read. */
export function checkReserved({ tree, steps, kept }: CheckContext): readonly Diagnostic[] {
  const keep = kept.findings('env');
  return [
    ...checkNames(valueOf(tree, 'env')),
    ...checkNames(valueOf(valueOf(tree, 'defaults'), 'env')),
    ...steps.flatMap((step) => keep(step, () => checkNames(valueOf(step.node, 'env')))),
  ];
}

function checkNames(map: YamlNode | undefined): readonly Diagnostic[] {
  if (map?.kind !== 'map') return [];
  return map.entries.flatMap(({ key }) => {
    if (/^BATON_/i.test(key.text)) {
      return [
        finding(
          'baton/reserved',
          key.range,
          `"${key.text}" cannot be set: names that begin with BATON_ are Baton's own.`,
        ),
      ];
    }
    if (/^[^=\0]+$/.test(key.text)) return [];
    return [finding('baton/value', key.range, `"${key.text}" cannot be the name of a variable.`)];
  });
}
