import { linesOf, type Lines, type Range } from '../base/lines.ts';
import type { Diagnostic, Severity } from '../model/diagnostic.ts';
import { paint, type TerminalStyle } from '../views/terminal.ts';

/** A text with what is to be said about it. */
export interface Findings {
  readonly file: string;
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
}

const COLOURS = { error: 'red', warning: 'yellow', information: 'blue', hint: 'dim' } as const;

/** One line a diagnostic, as compilers print them, its related places indented below. Lines and columns from 1. */
export function findingsAsText({ file, text, diagnostics }: Findings, style: TerminalStyle): string {
  const lines = linesOf(text);
  const out: string[] = [];
  for (const diagnostic of diagnostics) {
    const { severity, code, message } = diagnostic;
    const label = paint(style, COLOURS[severity], severity);
    out.push(
      `${place(file, lines, diagnostic.range)} ${label} ${message} ${paint(style, 'dim', `[${code}]`)}`,
    );
    for (const related of diagnostic.related) {
      out.push(`    ${place(related.file ?? file, lines, related.range)} ${related.message}`);
    }
  }
  return out.map((line) => `${line}\n`).join('');
}

function place(file: string, lines: Lines, range: Range): string {
  const { line, character } = lines.position(range.start);
  return `${file}:${line + 1}:${character + 1}`;
}

/** The shape of `baton lint --json`: lines and characters from 0. */
export function findingsAsJson({ file, text, diagnostics }: Findings): object {
  const lines = linesOf(text);
  const range = (of: Range) => ({ start: lines.position(of.start), end: lines.position(of.end) });
  return {
    file,
    diagnostics: diagnostics.map(({ code, severity, message, range: where, related }) => ({
      code,
      severity,
      message,
      range: range(where),
      related: related.map((place) => ({
        message: place.message,
        ...(place.file === undefined ? {} : { file: place.file }),
        range: range(place.range),
      })),
    })),
  };
}

export function countWords(diagnostics: readonly Diagnostic[]): string {
  const kinds: readonly Severity[] = ['error', 'warning'];
  const parts = kinds.flatMap((severity) => {
    const count = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? '' : 's'}`];
  });
  return parts.join(', ');
}
