import { crc32 } from '../base/crc32.ts';
import type { RunId } from '../model/attempt.ts';
import type { RunEvent } from '../model/run-event.ts';

/** `,"crc":"0123abcd"}` at the end of each line guards the text before it. */
const CRC_LENGTH = 18;

/** One event as a line of JSON that carries its own checksum, so that a flipped bit is never taken for a fact. */
export function lineOf(event: RunEvent): Buffer {
  const json = JSON.stringify(event);
  // The first fact of a large run is several megabytes: it is made into bytes once. The `}` gives way to the checksum.
  const size = Buffer.byteLength(json) - 1;
  const line = Buffer.allocUnsafe(size + CRC_LENGTH + 1);
  line.write(json);
  line.write(`,"crc":"${checksum(line.subarray(0, size))}"}\n`, size);
  return line;
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

function parseLine(line: Buffer, run: RunId, seq: number): RunEvent | undefined {
  const size = Math.max(0, line.length - CRC_LENGTH);
  if (line.toString('latin1', size) !== `,"crc":"${checksum(line.subarray(0, size))}"}`) return undefined;
  const event = JSON.parse(`${line.toString('utf8', 0, size)}}`) as RunEvent; // the checksum says that we wrote it
  return event.seq === seq && event.run === run ? event : undefined;
}

function checksum(json: Buffer): string {
  return crc32(json).toString(16).padStart(8, '0');
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
