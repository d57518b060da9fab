import fs from 'node:fs';
import path from 'node:path';

/** Makes the folder that everything is kept in, and keeps git away from it. */
export function prepareRoot(root: string): void {
  fs.mkdirSync(root, { recursive: true });
  const ignore = path.join(root, '.gitignore');
  if (!fs.existsSync(ignore)) fs.writeFileSync(ignore, '*\n');
}
