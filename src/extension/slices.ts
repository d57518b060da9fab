/** A slice of work that the editor's other extensions do not notice. */
export const SLICE_MS = 10;

/** Does work that comes in parts, with turns for everybody else in between; gives up when it is not wanted any more. */
export async function inSlices<T>(
  work: Generator<undefined, T>,
  isWanted: () => boolean = () => true,
): Promise<T | undefined> {
  for (let since = performance.now(); ;) {
    const { done, value } = work.next();
    if (done === true) return value;
    if (performance.now() - since < SLICE_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    if (!isWanted()) return undefined;
    since = performance.now();
  }
}
