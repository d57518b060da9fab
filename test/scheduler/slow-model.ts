/**
 * What rule T2 says, walked minute by minute with nothing shared with the code it is held against: fields are read by
 * regular expressions, clocks by `Intl`.
 */
export const ZONES = [
  'Europe/Berlin',
  'Europe/London',
  'Europe/Lisbon',
  'America/New_York',
  'America/Los_Angeles',
  'America/Sao_Paulo',
  'America/Santiago',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Australia/Sydney',
  'Asia/Beirut',
  'Africa/Casablanca',
] as const;

export const FORMS = [
  '* * * * *',
  '*/15 * * * *',
  '*/7 * * * *',
  '0 * * * *',
  '30 * * * *',
  '15,45 * * * *',
  '0 */2 * * *',
  '30 */3 * * *',
  '*/20 2 * * *',
  '*/10 1-3 * * *',
  '0 0 * * *',
  '15 0 * * *',
  '59 23 * * *',
  '30 0 * * *',
  '0 1 * * *',
  '30 1 * * *',
  '45 1 * * *',
  '0 2 * * *',
  '5 2 * * *',
  '30 2 * * *',
  '45 2 * * *',
  '59 2 * * *',
  '0 3 * * *',
  '30 3 * * *',
  '0,30 2 * * *',
  '0 1,2,3 * * *',
  '15 0-4 * * *',
  '30 2 * * 0',
  '30 2 * * 6',
  '30 2 * * 1-5',
  '30 1 25-31 * *',
  '30 2 25-31 3,10 *',
  '0 2 1-7 4,11 0',
  '30 2 8-14 3 7',
  '30 2 29 3 *',
  '0 0 1 * *',
  '0 0 * * 1',
  '30 23 * * *',
  '0 12 * * *',
  '0 6,18 * * *',
] as const;

/** What clocks show at each minute. */
export interface Clock {
  readonly at: number;
  /** As if in UTC. */
  readonly shown: number;
}

const MINUTE_MS = 60_000;

export function clocksOf(zone: string, from: number, to: number): readonly Clock[] {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const clocks: Clock[] = [];
  for (let at = from; at <= to; at += MINUTE_MS) {
    const [day = '', month = '', year = '', hour = '', minute = ''] = format.format(at).match(/\d+/g) ?? [];
    clocks.push({ at, shown: Date.UTC(+year, +month - 1, +day, +hour, +minute) });
  }
  return clocks;
}

/** When a form is due, the first minute left out: nobody knows what was shown before it. */
export function dueMinutes(form: string, clocks: readonly Clock[]): readonly number[] {
  const [minute = '', hour = ''] = form.split(' ');
  const isFixed = !/[*/]/.test(minute + hour);
  const due: number[] = [];
  const seen = new Set<number>();
  for (const [i, { at, shown }] of clocks.entries()) {
    const before = clocks[i - 1]?.shown;
    if (before === undefined) {
      seen.add(shown);
      continue;
    }
    const left = range(before + MINUTE_MS, shown);
    const isDue = isFixed
      ? (matches(form, shown) && !seen.has(shown)) ||
        left.some((each) => matches(form, each) && !seen.has(each))
      : matches(form, shown);
    if (isDue) due.push(at);
    seen.add(shown);
    for (const each of left) seen.add(each);
  }
  return due;
}

function range(from: number, to: number): readonly number[] {
  const all: number[] = [];
  for (let each = from; each < to; each += MINUTE_MS) all.push(each);
  return all;
}

function matches(form: string, shown: number): boolean {
  const date = new Date(shown);
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = form.split(' ');
  if (!within(minute, date.getUTCMinutes(), 0) || !within(hour, date.getUTCHours(), 0)) return false;
  if (!within(month, date.getUTCMonth() + 1, 1)) return false;
  const isDay = within(day, date.getUTCDate(), 1);
  const isWeekday = within(weekday, date.getUTCDay(), 0) || (date.getUTCDay() === 0 && within(weekday, 7, 0));
  return day === '*' || weekday === '*' ? isDay && isWeekday : isDay || isWeekday;
}

function within(field: string, value: number, low: number): boolean {
  return field.split(',').some((part) => {
    const [, from = '', to, step] = /^(\*|\d+)(?:-(\d+))?(?:\/(\d+))?$/.exec(part) ?? [];
    const start = from === '*' ? low : +from;
    const end = to !== undefined ? +to : from === '*' || step !== undefined ? Infinity : start;
    return value >= start && value <= end && (value - start) % +(step ?? 1) === 0;
  });
}
