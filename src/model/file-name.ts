import type { StepAddress } from './attempt.ts';

/**
 * The file name of one attempt, without its ending: `scan{src%2Fa.ts}.1`. Characters that some file system refuses
 * are written as in a URL: `%` and two hex digits a byte.
 */
export function fileNameOf(step: StepAddress, attempt: number): string {
  const wellFormed = step.replace(/\p{Surrogate}/gu, '\uFFFD');
  const name = wellFormed.replace(/[^A-Za-z0-9_.\-[\]{}]/gu, (c) => {
    const escaped = encodeURIComponent(c);
    return escaped.startsWith('%') ? escaped : `%${c.charCodeAt(0).toString(16).toUpperCase()}`;
  });
  return `${name}.${attempt}`;
}
