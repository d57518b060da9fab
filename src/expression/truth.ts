import { Grouping, Logical, Unary, type Expr } from '@actions/expressions/ast';
import { falsy } from '@actions/expressions/result';
import { TokenType } from '@actions/expressions/lexer';
import { err, ok, type Result } from '../base/result.ts';
import { evaluate, NotKnown, type Scope } from './evaluate.ts';
import { parseExpression, type ParsedExpression } from './parse.ts';
import { bareExpression } from './template.ts';
import { toValue } from './values.ts';

/** What can be said of a condition when part of what it reads is not known yet. */
export type Truth = boolean | 'unknown';

/**
 * Whether an `if` holds, as far as that is certain already, in three values (Kleene 1938): `false && unknown` is false,
 * in either order. The scope throws NotKnown for what is not known. The error says what is wrong whatever happens.
 */
export function truthOf(text: string, scope: Scope): Result<Truth, string> {
  const { source } = bareExpression(text);
  const parsed = parseExpression(source);
  if (!parsed.ok) return err(`\`${source.trim()}\` cannot be read: ${parsed.error.message}`);
  const root = parsed.value.root as Expr; // only parseExpression makes one
  return weigh(root, { expression: parsed.value, scope });
}

interface Weighing {
  readonly expression: ParsedExpression;
  readonly scope: Scope;
}

/** The depth is bounded by the parser, so recursion is safe here. */
function weigh(expr: Expr, weighing: Weighing): Result<Truth, string> {
  if (expr instanceof Grouping) return weigh(expr.group, weighing);
  if (expr instanceof Logical) return weighAll(expr, weighing);
  if (!(expr instanceof Unary)) return weighOne(expr, weighing);
  const inner = weigh(expr.expr, weighing); // there is no other operator than `!`
  return inner.ok && inner.value !== 'unknown' ? ok(!inner.value) : inner;
}

/** One false decides an `&&`, one true an `||`. What may be passed over is no error for certain. */
function weighAll({ args, operator }: Logical, weighing: Weighing): Result<Truth, string> {
  const decisive = operator.type === TokenType.OR;
  let unknown = false;
  for (const arg of args) {
    const truth = weigh(arg, weighing);
    if (!truth.ok && !unknown) return truth;
    if (truth.ok && truth.value === decisive) return ok(decisive);
    unknown ||= !truth.ok || truth.value === 'unknown';
  }
  return ok(unknown ? 'unknown' : !decisive);
}

function weighOne(expr: Expr, { expression, scope }: Weighing): Result<Truth, string> {
  try {
    const value = evaluate({ ...expression, root: expr }, scope);
    return value.ok ? ok(!falsy(toValue(value.value))) : value;
  } catch (error) {
    if (error instanceof NotKnown) return ok('unknown');
    throw error;
  }
}
