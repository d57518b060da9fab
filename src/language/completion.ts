import type { Range } from '../base/lines.ts';
import type { ChildLook } from './children.ts';

export type CompletionKind =
  | 'key'
  | 'kind'
  | 'step'
  | 'value'
  | 'input'
  | 'field'
  | 'context'
  | 'function'
  | 'variable'
  | 'file'
  | 'snippet';

/** Something to write at a place. */
export interface Completion {
  readonly label: string;
  readonly kind: CompletionKind;
  readonly detail?: string;
  /** Markdown. */
  readonly documentation?: string;
  /** What is written; with `$1` and `${2:words}` to fill in where `isSnippet`. */
  readonly insert: string;
  readonly isSnippet?: boolean;
  /** What it takes the place of. */
  readonly range: Range;
  /** There is something to choose behind it at once. */
  readonly again?: boolean;
}

/** What a text alone does not tell; everything may be left out. */
export interface CompletionSources {
  /** Paths of workflow files, from the folder of this one. */
  readonly workflows?: readonly string[];
  /** Looks at another workflow file, by its path from the project's folder. */
  readonly look?: (ref: string) => ChildLook;
  /** The names of the outputs that a step had in the last run. */
  readonly lastOutputs?: (step: string) => readonly string[];
  /** Interpreters on the PATH, beside those that everybody knows. */
  readonly interpreters?: readonly string[];
  readonly timeZones?: readonly string[];
}
