import { err, ok, type Result } from '../base/result.ts';
import { environmentValue } from './environment-value.ts';
import { renderExpression, type Scope } from './evaluate.ts';
import { parseExpression } from './parse.ts';
import type { ExpressionProblem } from './expression.ts';
import { HOLE } from './shell-command.ts';
import type { Place, Quoting } from './shell-place.ts';
import { scanShell } from './shell-scan.ts';
import { hasExpression, splitTemplate, type TemplatePart } from './template.ts';

/** Shell text without any value in it, and the variables that hold the values (rule V3). */
export interface PlacedText {
  readonly text: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Replaces every expression in shell text by a reference to a generated variable, quoted right for where it stands.
 * A value never becomes shell text, but for `raw(value)`, which asks for just that. The error is a sentence.
 */
export function placeInShell(shell: 'bash' | 'sh', text: string, scope: Scope): Result<PlacedText, string> {
  if (!hasExpression(text)) return ok({ text, env: {} });
  const parts = splitTemplate(text);
  if (!parts.ok) return err(parts.error.message);
  const values = valuesOf(parts.value, scope);
  if (!values.ok) return values;
  const pieces = values.value;
  if (pieces.some((piece) => piece.kind === 'text' && piece.text.includes('\0'))) {
    return err('A shell text cannot hold a NUL character: take it out.');
  }
  return place(pieces, scanShell(shell, pieces.map(codeOf).join('')));
}

/**
 * What is known when the file is loaded: expressions where no value can be placed, whatever it is. Ranges count from
 * the start of `text`. Expressions that cannot be read are told by `splitTemplate` and `parseExpression`.
 */
export function shellProblems(shell: 'bash' | 'sh', text: string): readonly ExpressionProblem[] {
  if (!hasExpression(text)) return [];
  const parts = splitTemplate(text);
  if (!parts.ok) return [];
  const expressions = parts.value.filter((part) => part.kind === 'expression' && !isRaw(part.source));
  const places = scanShell(shell, parts.value.map(codeWhenLoaded).join(''));
  return expressions.flatMap(({ range }, i) => {
    const refused = places[i]?.refused;
    return refused === undefined ? [] : [{ kind: 'syntax', message: refused, range } as const];
  });
}

type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly source: string; readonly value: string };

function valuesOf(parts: readonly TemplatePart[], scope: Scope): Result<readonly Piece[], string> {
  const pieces: Piece[] = [];
  for (const part of parts) {
    if (part.kind === 'text') {
      pieces.push(part);
      continue;
    }
    const value = renderExpression(part.source, scope);
    if (!value.ok) return value;
    if (isRaw(part.source)) pieces.push({ kind: 'text', text: value.value });
    else pieces.push({ kind: 'value', source: part.source.trim(), value: value.value });
  }
  return ok(pieces);
}

/** `raw(…)` as the whole expression. */
function isRaw(source: string): boolean {
  if (!/^\s*raw\s*\(/i.test(source)) return false;
  const parsed = parseExpression(source);
  return parsed.ok && 'functionName' in parsed.value.root;
}

/** Text that was pasted is scanned like any other: its quotes count. */
function codeOf(piece: Piece): string {
  return piece.kind === 'text' ? piece.text : HOLE;
}

/** What `raw` will paste is not known yet; a word without quotes is the best guess. */
function codeWhenLoaded(part: TemplatePart): string {
  if (part.kind === 'text') return part.text.replaceAll(HOLE, ' ');
  return isRaw(part.source) ? 'raw' : HOLE;
}

function place(pieces: readonly Piece[], places: readonly Place[]): Result<PlacedText, string> {
  const env: Record<string, string> = {};
  const names = new Map<string, string>();
  let text = '';
  let next = 0;
  for (const piece of pieces) {
    if (piece.kind === 'text') {
      text += piece.text;
      continue;
    }
    const name = names.get(piece.source) ?? `BATON_VALUE_${names.size + 1}`;
    const reference = referenceFor(piece, name, { place: places[next++] ?? NOWHERE, before: text });
    if (!reference.ok) return reference;
    names.set(piece.source, name);
    env[name] = piece.value;
    text += reference.value;
  }
  return ok({ text, env });
}

/** The scan answers for every expression; were one missing, it would be refused. */
const NOWHERE: Place = {
  quoting: 'none',
  demand: 'anything',
  refused: 'Baton lost its place in the shell text.',
};

function referenceFor(
  { source, value }: { readonly source: string; readonly value: string },
  name: string,
  { place, before }: { readonly place: Place; readonly before: string },
): Result<string, string> {
  if (place.refused !== undefined) return err(`\`\${{ ${source} }}\` cannot stand here. ${place.refused}`);
  const fits = fitting(value, { source, place, before });
  if (!fits.ok) return fits;
  const fit = environmentValue(name, value, source);
  if (!fit.ok) return fit;
  // So that `5-` and a value of -3 do not make `5--3`.
  const space = place.demand === 'integer' && /[-+]$/.test(before) ? ' ' : '';
  return ok(quoted(`${space}\${${name}}`, place.quoting));
}

function fitting(
  value: string,
  { source, place, before }: { readonly source: string; readonly place: Place; readonly before: string },
): Result<undefined, string> {
  if (place.demand === 'integer') return fittingInteger(value, source, before);
  if (place.demand === 'anything' || /^[\w.:@-]*$/.test(value)) return ok(undefined);
  return err(
    `\`${source}\` stands where the shell expects a variable's name, and would evaluate ${shown(value)}.`,
  );
}

function fittingInteger(value: string, source: string, before: string): Result<undefined, string> {
  const stands = `\`${source}\` stands where the shell calculates, so its value must be a whole number`;
  if (!/^-?\d{1,18}$/.test(value)) return err(`${stands} of at most 18 digits; it is ${shown(value)}.`);
  if (/^-?0\d/.test(value) && !/\d#$/.test(before)) {
    return err(
      `${stands} without a leading zero, which would make it octal; it is ${shown(value)}. Write \`10#\` before it.`,
    );
  }
  return ok(undefined);
}

function shown(value: string): string {
  return value.length > 60 ? `"${value.slice(0, 60)}…"` : `"${value}"`;
}

/** Inside of quotes that expand nothing, those are closed for the reference and opened again. */
function quoted(reference: string, quoting: Quoting): string {
  if (quoting === 'double') return reference;
  if (quoting === 'none') return `"${reference}"`;
  return quoting === 'single' ? `'"${reference}"'` : `'"${reference}"$'`;
}
