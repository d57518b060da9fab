import { err, ok, type Result } from '../base/result.ts';

/** The most bytes Linux takes for one variable: name, `=`, value and a final NUL (MAX_ARG_STRLEN, `man execve`). */
const MOST_BYTES = 128 * 1024;

/** A value that can be handed over in the variable `name` and comes out the same; the error says why one cannot. */
export function environmentValue(name: string, value: string, source: string): Result<string, string> {
  if (value.includes('\0')) {
    return err(
      `The value of \`${source}\` holds a NUL character, which no program can be given: write it to a file.`,
    );
  }
  if (/\p{Surrogate}/u.test(value)) {
    return err(`The value of \`${source}\` holds half a character (a lone surrogate): it is no valid text.`);
  }
  if (name.length + 2 + utf8Length(value) > MOST_BYTES) {
    return err(
      `The value of \`${source}\` is larger than the 128 KiB that a program can be given: write it to a file and hand on the file's path.`,
    );
  }
  return ok(value);
}

/** In bytes; exact only where it could matter. */
function utf8Length(text: string): number {
  if (text.length * 3 < MOST_BYTES / 2) return text.length;
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Each half of a pair counts two: four bytes together.
    bytes += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3;
  }
  return bytes;
}
