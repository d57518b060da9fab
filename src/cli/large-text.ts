/** Reading a text from this size on takes more memory and time than keeping the process small, in bytes or characters. */
export const LARGE_TEXT = 64 * 1024;

/** Before a run begins: gives back what reading its workflow took, where that was much. */
export async function giveBackAfter(text: string): Promise<void> {
  if (text.length >= LARGE_TEXT) (await import('./small-process.ts')).giveBack();
}
