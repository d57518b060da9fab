/** Waits until something is true, looking again and again; gives up with an error after ten seconds. */
export async function eventually(holds: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<void> {
  const end = performance.now() + limitMs;
  for (;;) {
    if (await tryIt(holds)) return;
    if (performance.now() > end)
      throw new Error(`It did not come true within ${limitMs} ms: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function tryIt(holds: () => boolean | Promise<boolean>): Promise<boolean> {
  try {
    return await holds();
  } catch {
    return false;
  }
}
