import type { RunId } from '../model/attempt.ts';
import type { RunEvent } from '../model/run-event.ts';
import { checkedJson, parseChecked } from './checked-json.ts';

/** One event as a line that carries its own checksum. */
export function lineOf(event: RunEvent): Buffer {
  return checkedJson(event, '\n');
}

export interface ReadLines {
  readonly events: readonly RunEvent[];
  /** Bytes up to the end of the last whole, good line. */
  readonly goodBytes: number;
  /** What stands after `goodBytes`: nothing, a line that is still being written (or never will be), or rubbish. */
  readonly tail: 'none' | 'torn' | 'damaged';
}

/**
 * Reads a journal's bytes as far as they can be trusted: whole lines, right checksums, numbers without gaps. What
 * follows the first bad line is left out: a fold over facts with a hole in them would be a lie.
 */
export function readLines(bytes: Uint8Array, run: RunId, lastSeq = 0): ReadLines {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const events: RunEvent[] = [];
  let start = 0;
  while (start < buffer.length) {
    const end = buffer.indexOf(10, start);
    if (end < 0) return { events, goodBytes: start, tail: 'torn' };
    const event = parseLine(buffer.subarray(start, end), run, lastSeq + events.length + 1);
    if (event === undefined) return { events, goodBytes: start, tail: 'damaged' };
    events.push(event);
    start = end + 1;
  }
  return { events, goodBytes: start, tail: 'none' };
}

const TYPE = Buffer.from('"type":"');

/** Longer than any type. */
const TYPE_BYTES = 32;

/**
 * The facts of some types, from whole lines as far as those can be trusted; the other lines are not looked into. Facts
 * are written with their type first, so the first `type` of a line is its fact's.
 */
export function readTypes(bytes: Uint8Array, run: RunId, types: ReadonlySet<string>): RunEvent[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const events: RunEvent[] = [];
  let start = 0;
  for (let seq = 1; start < buffer.length; seq++) {
    const end = buffer.indexOf(10, start);
    if (end < 0) break;
    const at = buffer.indexOf(TYPE, start) + TYPE.length;
    const [type = ''] = buffer.toString('latin1', at, at + TYPE_BYTES).split('"', 1);
    if (types.has(type)) {
      const event = parseLine(buffer.subarray(start, end), run, seq);
      if (event === undefined) break;
      if (types.has(event.type)) events.push(event);
    }
    start = end + 1;
  }
  return events;
}

function parseLine(line: Uint8Array, run: RunId, seq: number): RunEvent | undefined {
  const event = parseChecked(line) as RunEvent | undefined; // the checksum says that we wrote it
  return event?.seq === seq && event.run === run ? event : undefined;
}

/** What to tell a person about the end of a journal that is not as it should be. */
export function noticeOf(tail: ReadLines['tail'], lastSeq: number): readonly string[] {
  switch (tail) {
    case 'none':
      return [];
    case 'torn':
      return [
        `The line of fact ${lastSeq + 1} was cut off while it was written; the run is shown without it.`,
      ];
    case 'damaged':
      return [`The line of fact ${lastSeq + 1} is damaged; the run is shown as it was before it.`];
  }
}
