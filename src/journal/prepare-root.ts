import fs from 'node:fs';
import path from 'node:path';

/** Makes the folder that everything is kept in, and keeps git away from it. */
export function prepareRoot(root: string): void {
  try {
    fs.mkdirSync(root, { recursive: true });
  } catch (error) {
    throw whyNoFolder(root) ?? error;
  }
  const ignore = path.join(root, '.gitignore');
  if (!fs.existsSync(ignore)) fs.writeFileSync(ignore, '*\n');
}

/** What stands where the folder should be. */
function whyNoFolder(root: string): Error | undefined {
  const there = fs.lstatSync(root, { throwIfNoEntry: false });
  if (there === undefined) return undefined;
  const what = there.isSymbolicLink() ? 'a link that leads to no folder' : 'a file';
  return new Error(
    `${root} is ${what}, and runs are kept in a folder of that name. Rename it or take it away.`,
  );
}
