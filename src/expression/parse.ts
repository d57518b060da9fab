import { ExpressionError, Lexer, Parser } from '@actions/expressions';
import {
  Binary,
  ContextAccess,
  FunctionCall,
  Grouping,
  IndexAccess,
  Literal,
  Logical,
  Unary,
  type Expr,
} from '@actions/expressions/ast';
import { TokenType, type Token } from '@actions/expressions/lexer';
import type { Range } from '../base/lines.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { ExpressionProblem, FunctionUse, ParsedExpression, Reference } from './expression.ts';
import { CONTEXTS, FUNCTIONS, STATUS_FUNCTIONS } from './functions.ts';
import { emptyProblem, lexerProblem, parserProblem, syntaxProblem, unknownFunction } from './problem.ts';

export type { ExpressionProblem, FunctionUse, ParsedExpression, Reference } from './expression.ts';

const CONTEXT_NAMES = [...CONTEXTS.keys()];
const FUNCTION_INFOS = [...FUNCTIONS.values()].map(({ name, minArgs, maxArgs }) => ({
  name,
  minArgs,
  maxArgs,
}));
/** The library bounds every other kind of nesting (at most 50), but not `a == b == c == …`. */
const MOST_COMPARISONS = 200;

/** Reads one expression, without its braces. The problem is the first there is. */
export function parseExpression(source: string): Result<ParsedExpression, ExpressionProblem> {
  if (source.trim() === '') return err(emptyProblem(source));
  const tokens = readTokens(source);
  if (!tokens.ok) return tokens;
  const problem = checkTokens(tokens.value);
  if (problem !== undefined) return err(problem);
  try {
    const root = new Parser(tokens.value, CONTEXT_NAMES, FUNCTION_INFOS).parse();
    const found: Found = { source, references: [], functions: [] };
    collect(root, found);
    return ok({ source, references: found.references, functions: found.functions, root });
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return err(parserProblem(source, error));
  }
}

/** Whether the expression itself asks how needs ended, so that `success()` is not implied (rule S2). */
export function usesStatusFunction(expression: ParsedExpression): boolean {
  return expression.functions.some(({ name }) => (STATUS_FUNCTIONS as readonly string[]).includes(name));
}

/** The library's tokens, with `''` put right: it undoubles only the first quote of a text. */
function readTokens(source: string): Result<Token[], ExpressionProblem> {
  const line = asOneLine(source);
  try {
    const { tokens } = new Lexer(line).lex();
    for (const token of tokens) {
      if (token.type === TokenType.STRING) token.value = token.lexeme.slice(1, -1).replaceAll("''", "'");
    }
    return ok(tokens);
  } catch (error) {
    return err(lexerProblem(line, error as Error)); // it throws nothing but errors
  }
}

/** With spaces for the newlines outside of texts, a token's column is its offset. */
function asOneLine(source: string): string {
  if (!source.includes('\n')) return source;
  return source.replace(/'[^']*'?|\n/g, (piece) => (piece === '\n' ? ' ' : piece));
}

/** What the parser would not notice: names such as `constructor`, and depth without end. */
function checkTokens(tokens: readonly Token[]): ExpressionProblem | undefined {
  let comparisons = 0;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (token === undefined) break;
    if (isCall(tokens, i) && !FUNCTIONS.has(token.lexeme.toLowerCase())) return unknownFunction(token);
    if (token.type >= TokenType.BANG_EQUAL && token.type <= TokenType.LESS_EQUAL) comparisons++;
    if (comparisons > MOST_COMPARISONS) {
      return syntaxProblem(
        `The expression compares too often: at most ${MOST_COMPARISONS} times.`,
        rangeOf(token),
      );
    }
  }
  return undefined;
}

function isCall(tokens: readonly Token[], i: number): boolean {
  if (tokens[i + 1]?.type !== TokenType.LEFT_PAREN || tokens[i - 1]?.type === TokenType.DOT) return false;
  return tokens[i]?.type === TokenType.IDENTIFIER;
}

function rangeOf({ range }: Token): Range {
  return { start: range.start.column, end: range.end.column };
}

interface Found {
  readonly source: string;
  readonly references: Reference[];
  readonly functions: FunctionUse[];
}

/** The depth is bounded, so recursion is safe here. */
function collect(expr: Expr, found: Found): void {
  if (expr instanceof ContextAccess || expr instanceof IndexAccess) collectReference(expr, found);
  else if (expr instanceof FunctionCall) collectCall(expr, found);
  else if (expr instanceof Logical) for (const arg of expr.args) collect(arg, found);
  else if (expr instanceof Binary) for (const side of [expr.left, expr.right]) collect(side, found);
  else if (expr instanceof Unary) collect(expr.expr, found);
  else if (expr instanceof Grouping) collect(expr.group, found);
}

function collectCall({ functionName, args }: FunctionCall, found: Found): void {
  const name = FUNCTIONS.get(functionName.lexeme.toLowerCase())?.name ?? functionName.lexeme;
  found.functions.push({ name, range: rangeOf(functionName) });
  for (const arg of args) collect(arg, found);
}

/** Reads a chain of accesses; what stands inside computed indexes is read as well. */
function collectReference(expr: ContextAccess | IndexAccess, found: Found): void {
  const indexes: Expr[] = [];
  let root: Expr = expr;
  for (; root instanceof IndexAccess; root = root.expr) indexes.push(root.index);
  indexes.reverse();
  if (root instanceof ContextAccess) found.references.push(referenceOf(root, indexes, found.source));
  else collect(root, found);
  for (const index of indexes) collect(index, found);
}

function referenceOf(root: ContextAccess, indexes: readonly Expr[], source: string): Reference {
  const path = [root.name.lexeme.toLowerCase()];
  const { start, end } = rangeOf(root.name);
  let last = end;
  for (const index of indexes) {
    if (!(index instanceof Literal) || !isName(index.token))
      return { path, complete: false, range: { start, end: last } };
    path.push(index.literal.coerceString());
    last = endOfIndex(index.token, source);
  }
  return { path, complete: true, range: { start, end: last } };
}

/** `.name`, `['name']` and `[0]` are part of a path; `[null]` and `[true]` are nobody's name. */
function isName({ type }: Token): boolean {
  return type === TokenType.IDENTIFIER || type === TokenType.STRING || type === TokenType.NUMBER;
}

/** A bracket belongs to its index. */
function endOfIndex(token: Token, source: string): number {
  const { end } = rangeOf(token);
  if (token.type === TokenType.IDENTIFIER) return end;
  const close = source.indexOf(']', end);
  return close < 0 ? end : close + 1;
}
