import type { Diagnostic } from '../model/diagnostic.ts';

const IGNORE = /#[ \t]*baton-ignore:[ \t]*([^\n]*)/g;

/** F3: `# baton-ignore: code` on the line before takes away diagnostics of that code. Limits and YAML errors stay. */
export function withoutIgnored(text: string, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  if (!text.includes('baton-ignore')) return diagnostics;
  const ignored = [...text.matchAll(IGNORE)].map((match) => nextLine(text, match.index, match[1] ?? ''));
  return diagnostics.filter(
    ({ code, range }) =>
      !ignored.some(({ codes, start, end }) => codes.includes(code) && range.start >= start && range.start < end),
  );
}

function nextLine(text: string, at: number, list: string): { readonly codes: string[]; start: number; end: number } {
  const codes = list.split(/[\s,]+/).map((code) => (code.startsWith('baton/') ? code : `baton/${code}`));
  const newline = text.indexOf('\n', at);
  const start = newline < 0 ? text.length : newline + 1;
  const end = text.indexOf('\n', start);
  return { codes, start, end: end < 0 ? text.length + 1 : end };
}
