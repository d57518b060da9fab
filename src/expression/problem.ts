import type { ExpressionError } from '@actions/expressions';
import { ErrorType } from '@actions/expressions/errors';
import type { Token } from '@actions/expressions/lexer';
import type { Range } from '../base/lines.ts';
import { nearest } from '../base/nearest.ts';
import type { ExpressionProblem } from './expression.ts';
import { CONTEXTS, FUNCTIONS } from './functions.ts';

export function syntaxProblem(message: string, range: Range): ExpressionProblem {
  return { kind: 'syntax', message, range };
}

export function emptyProblem(source: string): ExpressionProblem {
  return syntaxProblem('The expression is empty: write what it should read.', {
    start: 0,
    end: source.length,
  });
}

export function unknownFunction(token: Token): ExpressionProblem {
  const meant = nearest(
    token.lexeme,
    [...FUNCTIONS.values()].map(({ name }) => name),
  );
  const message = `There is no function \`${token.lexeme}\`.${didYouMean(meant) || ` There are ${listed(FUNCTIONS)}.`}`;
  return { kind: 'unknown-function', message, range: rangeIn(Infinity, token), ...suggest(meant) };
}

/** The lexer only says which characters it does not know, and where, in the text of its error. */
export function lexerProblem(source: string, error: Error): ExpressionProblem {
  const told = error.message.slice(0, -` within expression: ${source}`.length);
  const [, symbol, position] =
    /^Unexpected symbol: '([\s\S]*)'\. Located at position (\d+)$/.exec(told) ?? [];
  if (symbol === undefined) {
    return syntaxProblem('The expression is too long: at most 21,000 characters.', {
      start: 0,
      end: source.length,
    });
  }
  const start = Number(position) - 1;
  return syntaxProblem(unknownSymbol(symbol), {
    start,
    end: Math.min(source.length, start + Math.max(1, symbol.length)),
  });
}

function unknownSymbol(symbol: string): string {
  if (symbol.startsWith("'"))
    return "The text is never closed: it needs a second `'`. A quote inside a text is doubled.";
  if (symbol.startsWith('"')) return "Text in expressions stands between single quotes: `'text'`.";
  return `\`${symbol.trim()}\` means nothing here.${symbolHint(symbol)}`;
}

function symbolHint(symbol: string): string {
  if (symbol.startsWith('=')) return ' To compare, write `==`.';
  if (symbol.startsWith('&')) return ' For "and", write `&&`.';
  if (symbol.startsWith('|')) return ' For "or", write `||`.';
  if (symbol.startsWith('${')) return ' One pair of braces stands around the whole expression.';
  return /^[-+*/%]/.test(symbol) ? ' Expressions do not calculate: do that in the step.' : '';
}

/** The library keeps what went wrong in private fields; that they are there is held by a test. */
interface ErrorFields {
  readonly typ: ErrorType;
  readonly tok: Token;
}

export function parserProblem(source: string, error: ExpressionError): ExpressionProblem {
  const { typ, tok } = error as unknown as ErrorFields; // see ErrorFields
  const range = rangeIn(source.length, tok);
  if (typ === ErrorType.ErrorExceededMaxDepth) {
    return syntaxProblem('The expression is nested too deeply: at most 50 levels.', range);
  }
  if (typ === ErrorType.ErrorTooFewParameters) return argumentsProblem(tok.lexeme, 'more', range);
  if (typ === ErrorType.ErrorTooManyParameters) return argumentsProblem(tok.lexeme, 'fewer', range);
  if (typ === ErrorType.ErrorUnrecognizedContext) return unknownContext(tok.lexeme, range);
  return syntaxProblem(unexpected(tok.lexeme, typ), range);
}

function rangeIn(length: number, { lexeme, range }: Token): Range {
  if (lexeme === '') return { start: length, end: length };
  return { start: range.start.column, end: Math.min(length, range.end.column) };
}

function unexpected(lexeme: string, typ: ErrorType): string {
  if (lexeme === '') return 'The expression ends too early.';
  if (typ === ErrorType.ErrorUnexpectedEndOfExpression)
    return `The expression ends too early, after \`${lexeme}\`.`;
  const word = lexeme.toLowerCase();
  const hint = word === 'and' ? ' For "and", write `&&`.' : word === 'or' ? ' For "or", write `||`.' : '';
  return `\`${lexeme}\` is not expected here.${hint}`;
}

function argumentsProblem(lexeme: string, needs: 'more' | 'fewer', range: Range): ExpressionProblem {
  const info = FUNCTIONS.get(lexeme.toLowerCase());
  const message = `\`${info?.name ?? lexeme}\` takes ${needs} arguments: write it as \`${info?.signature ?? lexeme}\`.`;
  return { kind: 'arguments', message, range };
}

function unknownContext(name: string, range: Range): ExpressionProblem {
  const called = FUNCTIONS.get(name.toLowerCase());
  const meant =
    called?.signature ?? nearest(name, CONTEXTS.keys()) ?? FOREIGN_CONTEXTS.get(name.toLowerCase());
  const hint =
    didYouMean(meant) ||
    FOREIGN_ADVICE.get(name.toLowerCase()) ||
    ` An expression reads ${listed(CONTEXTS)}; text stands between single quotes.`;
  return {
    kind: 'unknown-context',
    message: `There is no value \`${name}\`.${hint}`,
    range,
    ...suggest(meant),
  };
}

/** What people who come from GitHub write, and what that is called here. */
const FOREIGN_CONTEXTS: ReadonlyMap<string, string> = new Map([
  ['needs', 'steps'],
  ['jobs', 'steps'],
  ['secrets', 'inputs'],
  ['vars', 'env'],
]);

/** What has no twin here, and how to come by it all the same. */
const FOREIGN_ADVICE: ReadonlyMap<string, string> = new Map([
  ['not', ' For "not", write `!`.'],
  [
    'github',
    ' Ask git or the environment in a step, and read what it gives out: `steps.<id>.outputs.<name>`.',
  ],
  ['runner', ' Steps run on this machine: ask it in the command.'],
  ['job', ' How steps ended is read as `steps.<id>.result`, or asked with `success()` and `failure()`.'],
  ['strategy', ' The values of a combination are read as `matrix.<name>`.'],
]);

function listed(named: ReadonlyMap<string, { readonly name: string }>): string {
  return [...named.values()].map(({ name }) => `\`${name}\``).join(', ');
}

function didYouMean(meant: string | undefined): string {
  return meant === undefined ? '' : ` Did you mean \`${meant}\`?`;
}

function suggest(suggestion: string | undefined): { readonly suggestion?: string } {
  return suggestion === undefined ? {} : { suggestion };
}
