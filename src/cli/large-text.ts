import fs from 'node:fs';

/** Reading a text from this size on takes more memory and time than keeping the process small, in bytes or characters. */
const LARGE_TEXT = 64 * 1024;

/** Before a run begins: gives back what reading its workflow took, where that was much. */
export async function giveBackAfter(text: string): Promise<void> {
  if (text.length >= LARGE_TEXT) (await import('./small-process.ts')).giveBack();
}

/** Of a file that cannot be looked at, whoever reads it says why. */
export function isLargeFile(file: string): boolean {
  try {
    return (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0) >= LARGE_TEXT;
  } catch {
    return false;
  }
}
