import type { Diagnostic } from '../../model/diagnostic.ts';
import { nextTime } from '../../scheduler/next-times.ts';
import { parseCron } from '../../scheduler/cron.ts';
import { nearestZone, zoneOf } from '../../scheduler/zone.ts';
import { finding, replacement } from '../findings.ts';
import { scalarOffsets } from '../scalar-offsets.ts';
import { entryOf, textOf, valueOf, type YamlNode } from '../tree.ts';
import type { CheckContext } from './check.ts';

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** Schedules that can be due: expressions that can be read, moments, zones that there are. */
export function checkSchedules({ tree, text }: CheckContext): readonly Diagnostic[] {
  const node = valueOf(valueOf(tree, 'on'), 'schedule');
  const items = node === undefined ? [] : node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => checkSchedule(item, text));
}

function checkSchedule(item: YamlNode, text: string): readonly Diagnostic[] {
  if (item.kind !== 'map') return [];
  const kinds = item.entries.filter(({ key }) => ['cron', 'every', 'at'].includes(key.text));
  if (kinds.length !== 1) {
    return [
      finding(
        'baton/schedule',
        kinds[1]?.key.range ?? item.range,
        'A schedule has exactly one of cron, every, at.',
      ),
    ];
  }
  return [...checkCron(item, text), ...checkAt(item), ...checkZone(item)];
}

/** Any moment: whether an expression is ever due does not depend on it. */
const SOME_TIME = Date.UTC(2026, 0, 1);

function checkCron(item: YamlNode, text: string): readonly Diagnostic[] {
  const node = valueOf(item, 'cron');
  if (node?.kind !== 'scalar') return [];
  const cron = parseCron(node.text);
  if (!cron.ok) {
    const toFile = scalarOffsets(node, text);
    const { message, start, end, suggestion: meant } = cron.error;
    const isWhole = meant === undefined && start === 0 && end >= node.text.length;
    const range = isWhole
      ? node.range
      : { start: toFile(start), end: toFile(Math.min(end, node.text.length)) };
    const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`;
    const fixes = meant === undefined ? [] : [replacement(range, meant)];
    return [finding('baton/schedule', range, message + hint, { fixes })];
  }
  const utc = zoneOf('UTC');
  if (utc === undefined || nextTime(cron.value, utc, SOME_TIME) !== undefined) return [];
  const message = 'This is never due: no month has such a day.';
  return [finding('baton/schedule', node.range, message, { severity: 'warning' })];
}

function checkAt(item: YamlNode): readonly Diagnostic[] {
  const at = textOf(valueOf(item, 'at'));
  const range = entryOf(item, 'at')?.value.range;
  if (at === undefined || range === undefined || (MOMENT.test(at) && !Number.isNaN(Date.parse(at))))
    return [];
  return [finding('baton/schedule', range, `"${at}" is not a moment. Write it like 2027-01-01T08:00:00Z.`)];
}

function checkZone(item: YamlNode): readonly Diagnostic[] {
  const node = valueOf(item, 'timezone');
  const zone = textOf(node);
  if (node === undefined || zone === undefined || zoneOf(zone) !== undefined) return [];
  const meant = nearestZone(zone);
  const hint = meant === undefined ? ' Write it like Europe/Berlin, or UTC.' : ` Did you mean "${meant}"?`;
  const fixes = meant === undefined ? [] : [replacement(node.range, meant)];
  return [finding('baton/schedule', node.range, `There is no time zone "${zone}".${hint}`, { fixes })];
}
