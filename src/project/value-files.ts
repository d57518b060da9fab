import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { ReadLarge } from '../model/inside.ts';

/** Values of a run that are kept as files, because no journal and no variable should hold them (rule V5). */
export interface ValueFiles {
  readonly read: ReadLarge;
  /** Writes a text down, once, and tells where. */
  readonly fileOf: (text: string) => string;
}

export function valueFiles(folder: string): ValueFiles {
  return {
    read: (file) => fs.readFileSync(path.join(folder, path.basename(file)), 'utf8'),
    fileOf(text) {
      const file = path.join(folder, `${createHash('sha256').update(text).digest('hex').slice(0, 32)}.txt`);
      if (!fs.existsSync(file)) {
        fs.mkdirSync(folder, { recursive: true });
        fs.writeFileSync(file, text);
      }
      return file;
    },
  };
}
