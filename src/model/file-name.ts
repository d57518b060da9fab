import { textChecksum } from '../base/crc32.ts';
import type { StepAddress } from './attempt.ts';

/** Most file systems take 255 bytes, and endings come behind. */
const LONGEST_NAME = 200;

/**
 * The file name of one attempt, without its ending: `scan{src%2Fa.ts}.1`. Characters that some file system refuses
 * are written as in a URL: `%` and two hex digits a byte. What would be too long ends in `~` and a checksum instead.
 */
export function fileNameOf(step: StepAddress, attempt: number): string {
  const wellFormed = step.replace(/\p{Surrogate}/gu, '\uFFFD');
  const name = wellFormed.replace(/[^A-Za-z0-9_.\-[\]{}]/gu, (c) => {
    const escaped = encodeURIComponent(c);
    return escaped.startsWith('%') ? escaped : `%${c.charCodeAt(0).toString(16).toUpperCase()}`;
  });
  if (name.length <= LONGEST_NAME) return `${name}.${attempt}`;
  const rest = textChecksum(wellFormed).toString(16);
  return `${name.slice(0, LONGEST_NAME)}~${rest}.${attempt}`;
}
