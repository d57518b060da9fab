import fs from 'node:fs';

const METHODS = [
  'mkdirSync',
  'renameSync',
  'readdirSync',
  'readFileSync',
  'writeFileSync',
  'appendFileSync',
  'rmSync',
  'rmdirSync',
] as const;

/**
 * Calls back just before each operation on files below a folder, until the answer is called. The first writing of a
 * text is two operations: a half, and the rest.
 */
export function beforeOperations(folder: string, operation: () => void): () => void {
  const patched = fs as unknown as Record<string, (...args: unknown[]) => unknown>;
  const originals = Object.fromEntries(METHODS.map((method) => [method, patched[method]]));
  for (const method of METHODS) {
    patched[method] = (...args) => {
      if (String(args[0]).startsWith(folder)) operation();
      return originals[method]?.(...args);
    };
  }
  patched['writeFileSync'] = (file, text, ...more) => {
    // Node's own appendFileSync comes this way too, with options.
    if (more.length === 0 && String(file).startsWith(folder)) {
      operation();
      originals['writeFileSync']?.(file, String(text).slice(0, 20));
      operation();
    }
    return originals['writeFileSync']?.(file, text, ...more);
  };
  return () => void Object.assign(patched, originals);
}
