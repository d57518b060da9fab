import type { Diagnostic } from '../../model/diagnostic.ts';
import { finding } from '../findings.ts';
import { textOf, valueOf, type YamlNode } from '../tree.ts';
import type { CheckContext } from './check.ts';

/** What the first fields of five count, and how many of it there are before it begins anew. */
const FIELDS = [
  { name: 'minutes', of: 60, again: 'hour' },
  { name: 'hours', of: 24, again: 'day' },
] as const;

/** Every seven minutes, say: the last stretch of each hour is shorter, which few people mean. */
export function checkCronSteps({ tree }: CheckContext): readonly Diagnostic[] {
  const node = valueOf(valueOf(tree, 'on'), 'schedule');
  const items = node === undefined ? [] : node.kind === 'list' ? node.items : [node];
  return items.flatMap(checkItem);
}

function checkItem(item: YamlNode): readonly Diagnostic[] {
  const cron = valueOf(item, 'cron');
  const fields = (textOf(cron) ?? '').trim().split(/\s+/);
  if (cron === undefined || fields.length !== 5) return [];
  return FIELDS.flatMap(({ name, of, again }, i) => {
    const every = Number(/^(?:\*|0-\d+)\/(\d+)$/.exec(fields[i] ?? '')?.[1] ?? 1);
    if (every === 0 || of % every === 0 || every >= of) return [];
    const message = `Every ${every} ${name} does not come out even: after ${Math.floor((of - 1) / every) * every} follows 0, at the next ${again}. Use \`every: ${every}${name === 'hours' ? 'h' : 'm'}\` for an even beat.`;
    return [finding('baton/cron-step', cron.range, message, { severity: 'hint' })];
  });
}
