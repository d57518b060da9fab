import type { Diagnostic } from '../../model/diagnostic.ts';
import { finding } from '../findings.ts';
import { entryOf, textOf, valueOf, type YamlNode } from '../tree.ts';
import type { CheckContext } from './check.ts';

const ALIASES = /^@(hourly|daily|midnight|weekly|monthly|yearly|annually)$/i;
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** The form of schedules; their times are the scheduler's matter. */
export function checkSchedules({ tree }: CheckContext): readonly Diagnostic[] {
  const node = valueOf(valueOf(tree, 'on'), 'schedule');
  const items = node === undefined ? [] : node.kind === 'list' ? node.items : [node];
  return items.flatMap(checkSchedule);
}

function checkSchedule(item: YamlNode): readonly Diagnostic[] {
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
  return [...checkCron(item), ...checkAt(item), ...checkZone(item)];
}

function checkCron(item: YamlNode): readonly Diagnostic[] {
  const cron = textOf(valueOf(item, 'cron'));
  const range = entryOf(item, 'cron')?.value.range;
  if (cron === undefined || range === undefined || ALIASES.test(cron)) return [];
  const fields = cron.trim().split(/\s+/);
  if (fields.length === 5 || fields.length === 6) return [];
  const count = `${fields.length} ${fields.length === 1 ? 'field' : 'fields'}`;
  return [
    finding(
      'baton/schedule',
      range,
      `A cron expression has five fields: minute, hour, day of month, month, day of week (and seconds before them, if you like). This one has ${count}.`,
    ),
  ];
}

function checkAt(item: YamlNode): readonly Diagnostic[] {
  const at = textOf(valueOf(item, 'at'));
  const range = entryOf(item, 'at')?.value.range;
  if (at === undefined || range === undefined || (MOMENT.test(at) && !Number.isNaN(Date.parse(at))))
    return [];
  return [finding('baton/schedule', range, `"${at}" is not a moment. Write it like 2027-01-01T08:00:00Z.`)];
}

/** The form of an IANA name; whether there is such a zone, the machine that runs it knows. */
const ZONE = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/;

function checkZone(item: YamlNode): readonly Diagnostic[] {
  const node = valueOf(item, 'timezone');
  const zone = textOf(node);
  if (node === undefined || zone === undefined || ZONE.test(zone)) return [];
  const message = `"${zone}" is not a time zone. Write it like Europe/Berlin, or UTC.`;
  return [finding('baton/schedule', node.range, message)];
}
