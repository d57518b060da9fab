import type { Range } from '../base/lines.ts';
import { FUNCTIONS, CONTEXTS } from '../expression/functions.ts';
import type { Analysis } from './analyze.ts';
import { inFile, type ExpressionUse } from './expression-uses.ts';
import { allSteps, visibleStep } from './step-entries.ts';
import { valueOf } from './tree.ts';

/** What a stretch of text means. */
export interface Token extends Range {
  readonly type: TokenType;
  readonly modifiers: readonly TokenModifier[];
}

export const TOKEN_TYPES = [
  'step',
  'parameter',
  'variable',
  'property',
  'function',
  'keyword',
  'string',
  'number',
  'operator',
] as const;
export type TokenType = (typeof TOKEN_TYPES)[number];

/** `declaration`: where a step or an input gets its name; `unknown`: a name that nothing has; `defaultLibrary`: ours. */
export const TOKEN_MODIFIERS = ['declaration', 'unknown', 'defaultLibrary'] as const;
export type TokenModifier = (typeof TOKEN_MODIFIERS)[number];

/** The names in a workflow and what its expressions are made of, by place; none overlaps another. */
export function tokens(analysis: Analysis): readonly Token[] {
  const { tree, index } = analysis;
  const inputs = inputKeys(tree);
  const names = new Set(inputs.map(({ text }) => text));
  const found: Token[] = inputs.map(({ range }) => ({
    ...range,
    type: 'parameter',
    modifiers: ['declaration'],
  }));
  for (const { key } of allSteps(index.steps, index.finally)) {
    found.push({ ...key.range, type: 'step', modifiers: ['declaration'] });
  }
  for (const { id, range, from, kind } of index.references) {
    if (kind === 'expression') continue;
    found.push({ ...range, type: 'step', modifiers: from?.level.byId.has(id) === true ? [] : ['unknown'] });
  }
  for (const use of index.expressions) found.push(...expressionTokens(use, analysis.text, names));
  return withoutOverlap(found);
}

function inputKeys(tree: Analysis['tree']) {
  const inputs = valueOf(tree, 'inputs');
  return inputs?.kind === 'map' ? inputs.entries.map(({ key }) => key) : [];
}

/** What an alias stands for is read wherever the alias stands, and is found more than once. */
function withoutOverlap(found: readonly Token[]): readonly Token[] {
  let end = 0;
  return found
    .toSorted((a, b) => a.start - b.start || a.end - b.end)
    .filter((token) => {
      if (token.start < end || token.end <= token.start) return false;
      end = token.end;
      return true;
    });
}

/** A piece of an expression's source. */
interface Piece extends Range {
  readonly kind: 'word' | 'string' | 'number' | 'operator' | 'dot' | 'bracket' | 'other';
  readonly text: string;
}

const PIECE =
  /(?<word>[A-Za-z_][\w-]*)|(?<string>'(?:[^']|'')*'?)|(?<number>-?(?:0[xo][\da-fA-F]+|\d+(?:\.\d+)?(?:[eE][-+]?\d+)?))|(?<operator>[=!<>]=|&&|\|\||[!<>*])|(?<dot>\.)|(?<bracket>\[)|\S/g;

function piecesOf(source: string): readonly Piece[] {
  return [...source.matchAll(PIECE)].map(({ 0: text, index: start, groups = {} }) => {
    const kind = KINDS.find((each) => groups[each] !== undefined) ?? 'other';
    return { kind, text, start, end: start + text.length };
  });
}
const KINDS = ['word', 'string', 'number', 'operator', 'dot', 'bracket'] as const;

/** Also of an expression that cannot be read yet, from what is written. */
function expressionTokens(use: ExpressionUse, file: string, inputs: ReadonlySet<string>): readonly Token[] {
  const { parsed, range } = use;
  const source = parsed.ok ? parsed.value.source : file.slice(range.start, range.end);
  const toFile = parsed.ok ? use.toFile : (offset: number) => range.start + offset;
  const pieces = piecesOf(source);
  const reader: Reader = { pieces, use, inputs };
  return pieces.flatMap((piece, i): readonly Token[] => {
    const meaning = meaningOf(reader, i);
    if (meaning === undefined) return [];
    const [type, ...modifiers] = meaning;
    return [{ ...inFile({ toFile }, piece), type, modifiers }];
  });
}

interface Reader {
  readonly pieces: readonly Piece[];
  readonly use: ExpressionUse;
  readonly inputs: ReadonlySet<string>;
}

type Meaning = readonly [TokenType, ...TokenModifier[]];

function meaningOf(reader: Reader, i: number): Meaning | undefined {
  const { kind, text } = reader.pieces[i] ?? { kind: 'other', text: '' };
  switch (kind) {
    case 'word':
      return wordMeaning(reader, i, text);
    case 'string':
      return reader.pieces[i - 1]?.kind === 'bracket'
        ? fieldMeaning(reader, i - 2, unquoted(text))
        : ['string'];
    case 'number':
    case 'operator':
      return [kind];
    case 'dot':
    case 'bracket':
    case 'other':
      return undefined;
  }
}

function wordMeaning(reader: Reader, i: number, text: string): Meaning {
  if (reader.pieces[i - 1]?.kind === 'dot') return fieldMeaning(reader, i - 2, text);
  if (reader.pieces[i + 1]?.text === '(') {
    return ['function', FUNCTIONS.has(text.toLowerCase()) ? 'defaultLibrary' : 'unknown'];
  }
  if (/^(true|false|null|NaN|Infinity)$/.test(text)) return ['keyword'];
  return ['variable', CONTEXTS.has(text.toLowerCase()) ? 'defaultLibrary' : 'unknown'];
}

/** What stands behind a dot or in a bracket, by what stands before. */
function fieldMeaning({ pieces, use, inputs }: Reader, owner: number, name: string): Meaning {
  const isContext = pieces[owner]?.kind === 'word' && pieces[owner - 1]?.kind !== 'dot';
  const context = isContext ? pieces[owner]?.text.toLowerCase() : undefined;
  if (context === 'steps') {
    return visibleStep(use.level, name) === undefined ? ['step', 'unknown'] : ['step'];
  }
  if (context === 'inputs') return inputs.has(name) ? ['parameter'] : ['parameter', 'unknown'];
  return ['property'];
}

function unquoted(text: string): string {
  return text.replace(/^'|'$/g, '').replaceAll("''", "'");
}
