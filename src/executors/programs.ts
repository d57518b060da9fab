import fs from 'node:fs';
import path from 'node:path';

/** Finds programs on the PATH, each looked up once. */
export interface Programs {
  /** Absolute path of a program, or undefined when the PATH has none of that name. */
  find(name: string): string | undefined;
}

export function programsOn(env: Readonly<Record<string, string | undefined>>): Programs {
  const found = new Map<string, string | undefined>();
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const endings = process.platform === 'win32' ? (env['PATHEXT'] ?? '.EXE;.CMD;.BAT').split(';') : [''];
  return {
    find(name) {
      if (!found.has(name)) found.set(name, look(name, folders, endings));
      return found.get(name);
    },
  };
}

function look(name: string, folders: readonly string[], endings: readonly string[]): string | undefined {
  for (const folder of folders) {
    for (const ending of endings) {
      const file = path.join(folder, name + ending);
      if (isProgram(file)) return file;
    }
  }
  return undefined;
}

function isProgram(file: string): boolean {
  try {
    // Most folders of a PATH do not have it: asking without an exception is cheaper.
    if (fs.statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return false;
    fs.accessSync(file, fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
