import { err, ok, type Result } from '../base/result.ts';
import type { Shell } from '../model/step-kind.ts';
import { environmentValue } from './environment-value.ts';
import { renderExpression, type Scope } from './evaluate.ts';
import type { ExpressionProblem } from './expression.ts';
import { posixDialect } from './posix-dialect.ts';
import { isRaw, misusesRaw } from './raw.ts';
import { HOLE, type Dialect, type Place, type ScannedText } from './shell-place.ts';
import { hasExpression, splitTemplate, type TemplatePart } from './template.ts';
import { windowsDialect } from './windows-dialects.ts';

/** Shell text without any value in it, and the variables that hold the values (rule V3). */
export interface PlacedText {
  readonly text: string;
  readonly env: Readonly<Record<string, string>>;
}

const POSIX = { bash: posixDialect('bash'), sh: posixDialect('sh'), zsh: posixDialect('zsh') } as const;

function dialectOf(shell: Shell): Dialect {
  return shell === 'pwsh' || shell === 'cmd' ? windowsDialect(shell) : POSIX[shell];
}

/**
 * Replaces every expression in shell text by a reference to a generated variable, quoted right for where it stands.
 * A value never becomes shell text, but for `raw(value)`, which asks for just that. The error is a sentence.
 *
 * What `raw` pastes may change how the text around it is read. So the text is read twice, with a plain word for what is
 * pasted and with what is really pasted, and the others are placed only where both readings agree. The limit of that:
 * pasted text that itself evaluates what stands behind it (an `alias`, a function that calls `eval`) is not seen.
 */
export function placeInShell(shell: Shell, text: string, scope: Scope): Result<PlacedText, string> {
  if (!hasExpression(text)) return ok({ text, env: {} });
  const parts = splitTemplate(text);
  if (!parts.ok) return err(parts.error.message);
  const pieces = piecesOf(parts.value, scope);
  if (!pieces.ok) return pieces;
  const dialect = dialectOf(shell);
  const read = readTwice(dialect, parts.value, pieces.value);
  return read.ok ? place(dialect, read.value, pieces.value) : read;
}

/**
 * What is known when the file is loaded: expressions where no value can be placed, whatever it is. Ranges count from
 * the start of `text`. Expressions that cannot be read are told by `splitTemplate` and `parseExpression`.
 */
export function shellProblems(shell: Shell, text: string): readonly ExpressionProblem[] {
  if (!hasExpression(text)) return [];
  const parts = splitTemplate(text);
  if (!parts.ok) return [];
  const expressions = parts.value.filter((part) => part.kind === 'expression' && !isRaw(part.source));
  const { places } = dialectOf(shell).scan(codeWhenLoaded(parts.value));
  return expressions.flatMap(({ range }, i) => {
    const refused = places[i]?.refused;
    return refused === undefined ? [] : [{ kind: 'syntax', message: refused, range } as const];
  });
}

type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly source: string; readonly value: string };

function piecesOf(parts: readonly TemplatePart[], scope: Scope): Result<readonly Piece[], string> {
  const pieces: Piece[] = [];
  for (const part of parts) {
    const piece = part.kind === 'text' ? ok(part) : pieceOf(part.source, scope);
    if (!piece.ok) return piece;
    if (piece.value.kind === 'text' && piece.value.text.includes(HOLE)) {
      return err('A shell text cannot hold a NUL character: take it out.');
    }
    pieces.push(piece.value);
  }
  return ok(pieces);
}

function pieceOf(source: string, scope: Scope): Result<Piece, string> {
  if (misusesRaw(source)) return err(`\`${source.trim()}\`: \`raw()\` must be the whole expression.`);
  const value = renderExpression(source, scope);
  if (!value.ok) return value;
  if (isRaw(source)) return ok({ kind: 'text', text: value.value });
  return ok({ kind: 'value', source: source.trim(), value: value.value });
}

/** What `raw` will paste is not known yet; a word without quotes is the best guess. */
function codeWhenLoaded(parts: readonly TemplatePart[]): string {
  return parts
    .map((part) => {
      if (part.kind === 'text') return part.text.replaceAll(HOLE, ' ');
      return isRaw(part.source) ? 'raw' : HOLE;
    })
    .join('');
}

function readTwice(
  dialect: Dialect,
  parts: readonly TemplatePart[],
  pieces: readonly Piece[],
): Result<ScannedText, string> {
  const pasted = dialect.scan(pieces.map((piece) => (piece.kind === 'text' ? piece.text : HOLE)).join(''));
  if (!parts.some((part) => part.kind === 'expression' && isRaw(part.source))) return ok(pasted);
  const written = dialect.scan(codeWhenLoaded(parts));
  const values = pieces.filter((piece) => piece.kind === 'value');
  const moved = values.find((_, i) => !isSamePlace(written.places[i], pasted.places[i]));
  if (moved === undefined) return ok(pasted);
  return err(
    `What \`raw()\` pastes changes how the shell reads \`${moved.source}\`: paste whole words only, with their quotes closed.`,
  );
}

/** A place that the pasted text made stricter is no worry: `place` asks for what it demands. */
function isSamePlace(written: Place | undefined, pasted: Place | undefined): boolean {
  if (written === undefined || pasted === undefined) return false;
  if (written.refused !== undefined || pasted.refused !== undefined) return true; // refused with its own reason
  if (written.quoting !== pasted.quoting) return false;
  return written.demand === 'anything' || written.demand === pasted.demand;
}

function place(
  dialect: Dialect,
  { code, places }: ScannedText,
  pieces: readonly Piece[],
): Result<PlacedText, string> {
  const env: Record<string, string> = {};
  const names = new Map<string, string>();
  const around = code.split(HOLE);
  let text = around[0] ?? '';
  let i = 0;
  for (const piece of pieces) {
    if (piece.kind === 'text') continue;
    const after = around[i + 1] ?? '';
    const placing = { ...piece, place: places[i] ?? NOWHERE, before: text, after };
    const value = valueFor(dialect, placing);
    if (!value.ok) return value;
    const key = `${piece.source}\0${value.value}`;
    const name = names.get(key) ?? `BATON_VALUE_${names.size + 1}`;
    const fits = environmentValue(name, value.value, piece.source);
    if (!fits.ok) return fits;
    names.set(key, name);
    env[name] = fits.value;
    text += dialect.reference(name, placing) + after;
    i++;
  }
  const prelude = i > 0 ? (dialect.prelude ?? '') : '';
  return ok({ text: prelude + text, env });
}

/** The scan answers for every expression; were one missing, it would be refused. */
const NOWHERE: Place = {
  quoting: 'none',
  demand: 'anything',
  refused: 'Baton lost its place in the shell text.',
};

function valueFor(dialect: Dialect, placing: Parameters<Dialect['fit']>[0]): Result<string, string> {
  const { refused } = placing.place;
  if (refused !== undefined) return err(`\`\${{ ${placing.source} }}\` cannot stand here. ${refused}`);
  return dialect.fit(placing);
}
