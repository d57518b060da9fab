import { nearest } from '../base/nearest.ts';

/** A time zone of the IANA database, as the machine knows it. */
export interface Zone {
  readonly name: string;
  /** Milliseconds to add to UTC for the time on the clocks there, at an instant. */
  readonly offsetAt: (instant: number) => number;
}

const zones = new Map<string, Zone | undefined>();

/** Undefined where the machine knows no zone of that name. */
export function zoneOf(name: string): Zone | undefined {
  if (!zones.has(name)) zones.set(name, makeZone(name));
  return zones.get(name);
}

/** The zone that the machine's own clocks go by. */
export function localZone(): Zone {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return zoneOf(timeZone) ?? UTC;
}

/** A name that is near to one that is not known. */
export function nearestZone(name: string): string | undefined {
  const known = Intl.supportedValuesOf('timeZone');
  const cities = new Map(known.map((each) => [each.slice(each.lastIndexOf('/') + 1).toLowerCase(), each]));
  const city = name
    .slice(name.lastIndexOf('/') + 1)
    .replaceAll(' ', '_')
    .toLowerCase();
  const near = nearest(name, known) ?? known.find((each) => each.toLowerCase() === name.toLowerCase());
  return near ?? cities.get(city) ?? cities.get(nearest(city, cities.keys()) ?? '');
}

/** An instant as clocks in a zone show it, with their offset: `2026-03-29T03:00:00+02:00` (RFC 3339). */
export function rfc3339(instant: number, zone: Zone): string {
  const offsetMs = zone.offsetAt(instant);
  const local = new Date(instant + offsetMs).toISOString().replace(/\.000Z$|Z$/, '');
  if (offsetMs === 0) return `${local}Z`;
  const minutes = Math.abs(offsetMs) / 60_000;
  const [hour, minute] = [Math.floor(minutes / 60), Math.floor(minutes) % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return `${local}${offsetMs < 0 ? '-' : '+'}${two(hour)}:${two(minute)}`;
}

const UTC: Zone = { name: 'UTC', offsetAt: () => 0 };

function makeZone(name: string): Zone | undefined {
  if (/^(?:etc\/)?(?:utc|gmt|zulu|universal)$/i.test(name)) return { ...UTC, name };
  // `+02:00` and the like are offsets, not places: they know no summer.
  if (!/^[A-Za-z]/.test(name)) return undefined;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
  return { name, offsetAt: remembered((instant) => offsetBy(format, instant)) };
}

/** No zone changes its offset within a quarter of an hour but at its ends. */
const STEP_MS = 900_000;
/** What one zone remembers: a few decades of days with their changes take no more. */
const MOST_REMEMBERED = 4096;

function remembered(offsetAt: (instant: number) => number): (instant: number) => number {
  const known = new Map<number, number>();
  return (instant) => {
    const step = Math.floor(instant / STEP_MS);
    let offset = known.get(step);
    if (offset === undefined) {
      if (known.size >= MOST_REMEMBERED) known.clear();
      known.set(step, (offset = offsetAt(step * STEP_MS)));
    }
    return offset;
  };
}

function offsetBy(format: Intl.DateTimeFormat, instant: number): number {
  const [month = 1, day = 1, year = 1970, hour = 0, minute = 0, second = 0] = (
    format.format(instant).match(/\d+/g) ?? []
  ).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) - instant;
}
