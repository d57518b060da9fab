import { err, ok, type Result } from '../base/result.ts';
import { scanCmd } from './cmd-scan.ts';
import { shown, type Dialect, type Placing } from './shell-place.ts';

/** cmd takes lines of 8191 characters, filled in (Microsoft: Command prompt line string limitation); some are the text's own. */
const LONGEST = 8000;

/**
 * cmd with delayed expansion: `!NAME!` is filled in after all of cmd's own reading (see `scanCmd`), so no character of
 * a value means anything to cmd. A program then cuts its arguments by itself, by the rules of Microsoft's C runtime
 * ("Parsing C command-line arguments"), for which `"` and `\` in the value are escaped.
 */
export const cmdDialect: Dialect = {
  scan: scanCmd,
  fit,
  reference: (name, { place }) => (place.quoting === 'none' ? `"!${name}!"` : `!${name}!`),
  prelude: '@setlocal EnableDelayedExpansion\n',
};

function fit(placing: Placing): Result<string, string> {
  const { source, value, place } = placing;
  const its = `The value of \`${source}\``;
  if (/[\r\n]/.test(value))
    return err(`${its} has several lines, which cmd cannot be given: write it to a file.`);
  if (value.length > LONGEST) {
    return err(
      `${its} is longer than the ${LONGEST} characters that fit into a line of cmd: write it to a file and hand on the file's path.`,
    );
  }
  switch (place.demand) {
    case 'integer':
      return /^(?:0|-?[1-9]\d{0,8})$/.test(value)
        ? ok(value)
        : err(`${its} stands where cmd calculates, and is no whole number: ${shown(value)}.`);
    case 'name':
      return /^[\w.:-]+$/.test(value)
        ? ok(value)
        : err(`${its} stands where cmd expects a name, and is none: ${shown(value)}.`);
    case 'path':
      return value.includes('"')
        ? err(`${its} stands where cmd expects the name of a file, and has a quote in it: ${shown(value)}.`)
        : ok(value);
    case 'exe-argument':
      return argument(placing);
    case 'script-argument':
    case 'call-argument':
      return scriptArgument(placing);
    case 'anything':
    case 'operand':
    case 'argument':
      return ok(value);
  }
}

/**
 * One of cmd's scripts pastes its arguments where it writes `%1` or `%*`, and reads them once more. Between quotes only
 * these characters mean something then ("BatBadBut", CVE-2024-24576 and its like).
 */
function scriptArgument(placing: Placing): Result<string, string> {
  const { source, value, place } = placing;
  const isCalled = place.demand === 'call-argument';
  const meant = isCalled ? /["%!^]/.exec(value) : /["%!]/.exec(value);
  if (meant === null) return argument(placing);
  const what = isCalled ? 'what is called' : 'the program, which may be a script of cmd,';
  const then = isCalled ? 'leave `call` out and write' : 'write';
  return err(
    `The value of \`${source}\` has a \`${meant[0]}\` in it, and ${what} might read it as code: ${then} the program's full name, as in \`git.exe\`.`,
  );
}

/** Backslashes mean themselves, but for those before a quote. */
function argument({ source, value, place, before, after }: Placing): Result<string, string> {
  const isLast = place.quoting === 'none' || after.startsWith('"');
  const isCut = value.endsWith('\\') && !isLast && after === '';
  const isJoined = place.quoting === 'double' && before.endsWith('\\') && /^\\*"/.test(value);
  if (isCut || isJoined) {
    return err(
      `The value of \`${source}\` has a backslash or a quote where it would be read together with its neighbour: ${shown(value)}.`,
    );
  }
  const escaped = value.replaceAll(/(\\*)"/g, '$1$1\\"');
  return ok(isLast ? escaped.replace(/\\+$/, '$&$&') : escaped);
}
