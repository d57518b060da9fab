import fs from 'node:fs';
import { emptyRecord } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';

/** Reads a file of `NAME=value` lines. A file that is not there holds nothing; one that cannot be read is an error. */
export function readDotenv(file: string): Result<Record<string, string>, string> {
  try {
    return ok(parseDotenv(fs.readFileSync(file, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ok(emptyRecord());
    return err(`the dotenv file "${file}" could not be read: ${(error as Error).message}`);
  }
}

/**
 * The common ground of dotenv files: `NAME=value`, an optional `export`, `#` comments, single quotes (as it is),
 * double quotes (`\n`, `\"`, `\\` mean what they mean), several lines inside quotes. No variables are filled in.
 */
export function parseDotenv(text: string): Record<string, string> {
  const values = emptyRecord<string>();
  const line =
    /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(?:'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|([^\r\n]*))/gm;
  for (const [, name = '', single, double, plain = ''] of text.matchAll(line)) {
    values[name] =
      single ?? (double === undefined ? plain.replace(/(^|\s)#.*$/, '').trim() : unescape(double));
  }
  return values;
}

function unescape(text: string): string {
  return text.replace(/\\([\s\S])/g, (_, c: string) =>
    c === 'n' ? '\n' : c === 't' ? '\t' : c === 'r' ? '\r' : c,
  );
}
