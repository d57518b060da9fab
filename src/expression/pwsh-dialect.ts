import { err, ok, type Result } from '../base/result.ts';
import { scanPwsh } from './pwsh-scan.ts';
import type { Dialect, Placing } from './shell-place.ts';

/**
 * PowerShell 7. A value is `${env:NAME}` inside of double quotes: what a string is filled with is never read again
 * (about_Quoting_Rules), it is one argument, and with a `-` in front it is still no parameter (about_Parsing).
 */
export const pwshDialect: Dialect = {
  scan: scanPwsh,
  fit,
  reference: (name, { place }) => (place.quoting === 'double' ? `\${env:${name}}` : `"\${env:${name}}"`),
};

/** An argument that reads `--%` changes how all arguments behind it are handed to a program, even from a string. */
function fit({ source, value, place, before, after }: Placing): Result<string, string> {
  const whole = before.slice(-2) + value + after.slice(0, 2);
  if (place.demand !== 'argument' || value.length > 3 || !whole.includes('--%')) return ok(value);
  return err(
    `\`${source}\` would make an argument of \`--%\`, after which PowerShell hands nothing on as it is: give it to the program in another way.`,
  );
}
