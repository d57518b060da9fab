import { err, ok, type Result } from '../base/result.ts';
import { scanShell, type PosixShell } from './posix-scan.ts';
import { shown, type Dialect, type Placing, type Quoting } from './shell-place.ts';

/** Bash, sh and zsh: `"${NAME}"`, whose value none of them reads as code. */
export function posixDialect(shell: PosixShell): Dialect {
  return {
    scan: (code) => ({ code, places: scanShell(shell, code) }),
    fit: (placing) => fit(shell, placing),
    reference: (name, { place, before }) => {
      // So that `5-` and a value of -3 do not make `5--3`.
      const space = place.demand === 'integer' && /[-+]$/.test(before) ? ' ' : '';
      return quoted(`${space}\${${name}}`, place.quoting);
    },
  };
}

/** Inside of quotes that expand nothing, those are closed for the reference and opened again. */
function quoted(reference: string, quoting: Quoting): string {
  if (quoting === 'double') return reference;
  if (quoting === 'none') return `"${reference}"`;
  return quoting === 'single' ? `'"${reference}"'` : `'"${reference}"$'`;
}

function fit(shell: PosixShell, { source, value, place, before }: Placing): Result<string, string> {
  if (place.demand === 'integer') return fitInteger(shell, { source, value, before });
  if (place.demand === 'operand' && value.startsWith('-')) {
    return err(
      `\`${source}\` stands where the command would take ${shown(value)} for an option: write \`--\` before it, or '%s' for printf.`,
    );
  }
  if (place.demand !== 'name' || /^(?!-)[\w.:@-]*$/.test(value)) return ok(value);
  return err(
    `\`${source}\` stands where the shell expects a variable's name, and would evaluate ${shown(value)}.`,
  );
}

/** Only zsh reads a leading zero as a decimal digit. */
function fitInteger(
  shell: PosixShell,
  { source, value, before }: Pick<Placing, 'source' | 'value' | 'before'>,
): Result<string, string> {
  const stands = `\`${source}\` stands where the shell calculates, so its value must be a whole number`;
  if (!/^-?\d{1,18}$/.test(value)) return err(`${stands} of at most 18 digits; it is ${shown(value)}.`);
  if (shell !== 'zsh' && /^-?0\d/.test(value) && !/\d#$/.test(before)) {
    return err(
      `${stands} without a leading zero, which would make it octal; it is ${shown(value)}. Write \`10#\` before it.`,
    );
  }
  return ok(value);
}
