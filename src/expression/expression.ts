import type { Range } from '../base/lines.ts';

/** A value that an expression reads: `steps.a.outputs['x']` has the path `steps`, `a`, `outputs`, `x`. */
export interface Reference {
  /** Its first part, the context, is in lower case; the others are as they are written. */
  readonly path: readonly string[];
  /** False when the path goes on with something only known at run time: a computed index or `*`. */
  readonly complete: boolean;
  /** The path in the expression's source. */
  readonly range: Range;
}

export interface FunctionUse {
  /** As the documents spell it. */
  readonly name: string;
  readonly range: Range;
}

/** An expression that could be read. */
export interface ParsedExpression {
  readonly source: string;
  readonly references: readonly Reference[];
  readonly functions: readonly FunctionUse[];
  /** The tree, as the library that reads expressions has it; a matter of this folder alone. */
  readonly root: object;
}

/** What is wrong with an expression, told when the file is loaded. */
export interface ExpressionProblem {
  readonly kind: 'syntax' | 'unknown-function' | 'unknown-context' | 'arguments';
  readonly message: string;
  /** From the start of the text that was given. */
  readonly range: Range;
  /** What was probably meant. */
  readonly suggestion?: string;
}
