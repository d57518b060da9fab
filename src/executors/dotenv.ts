import fs from 'node:fs';
import { emptyRecord } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';

/** Reads a file of `NAME=value` lines. A file that is not there holds nothing; one that cannot be read is an error. */
export function readDotenv(file: string): Result<Record<string, string>, string> {
  try {
    const values = parseDotenv(fs.readFileSync(file, 'utf8'));
    return values.ok ? values : err(`the dotenv file "${file}" is not understood: ${values.error}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ok(emptyRecord());
    return err(`the dotenv file "${file}" could not be read: ${(error as Error).message}`);
  }
}

/** `NAME=`, with all that may stand around it. */
const NAME = /[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=[ \t]*/y;
const NOTHING = /[ \t]*(?:#[^\r\n]*)?(?:\r?\n|\r|$)/y;
const QUOTED = /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"/y;
const PLAIN = /([^\r\n]*)(?:\r?\n|\r|$)/y;

/**
 * The common ground of dotenv files: `NAME=value`, an optional `export`, `#` comments, single quotes (as it is),
 * double quotes (`\n`, `\"`, `\\` mean what they mean), several lines inside quotes, and the mark that some editors put
 * before UTF-8. No variables are filled in. The error names the first line that is none of these, or that sets a
 * variable of Baton's own.
 */
export function parseDotenv(text: string): Result<Record<string, string>, string> {
  const values = emptyRecord<string>();
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  const take = (form: RegExp): RegExpExecArray | undefined => {
    form.lastIndex = at;
    const found = form.exec(text);
    if (found !== null) at = form.lastIndex;
    return found ?? undefined;
  };
  while (at < text.length) {
    const start = at;
    if (take(NOTHING) !== undefined) continue;
    const wrong = (why: string) => err(`line ${text.slice(0, start).split(/\r?\n|\r/).length} ${why}`);
    const name = take(NAME)?.[1];
    if (name === undefined) return wrong('is neither `NAME=value` nor a comment');
    if (name.startsWith('BATON_')) return wrong(`sets ${name}, which only Baton itself does`);
    const quote = text[at];
    const quoted = take(QUOTED);
    if (quoted === undefined) {
      if (quote === '"' || quote === "'") return wrong(`begins a value with ${quote} and never ends it`);
      values[name] = (take(PLAIN)?.[1] ?? '').replace(/(^|\s)#.*$/, '').trim();
      continue;
    }
    if (take(NOTHING) === undefined) return wrong('goes on after its closing quote');
    values[name] = quoted[1] ?? unescape(quoted[2] ?? '');
  }
  return ok(values);
}

function unescape(text: string): string {
  return text.replace(/\\([\s\S])/g, (_, c: string) =>
    c === 'n' ? '\n' : c === 't' ? '\t' : c === 'r' ? '\r' : c,
  );
}
