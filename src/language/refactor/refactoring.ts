import type { Range } from '../../base/lines.ts';
import type { TextEdit } from '../../model/diagnostic.ts';
import type { WorkflowRef } from '../../model/ref.ts';
import type { Analysis } from '../analyze.ts';
import type { StepEntry, StepLevel } from '../step-entries.ts';

/** A change that keeps what a workflow does, and says it in another way. */
export interface Refactoring {
  readonly title: string;
  readonly kind: 'extract' | 'inline' | 'rewrite' | 'move';
  readonly edits: readonly TextEdit[];
  /** A file that is made with it: nothing is there yet. */
  readonly newFile?: { readonly ref: WorkflowRef; readonly text: string };
}

/** Where a person stands, and what they have selected. */
export interface Here {
  readonly analysis: Analysis;
  readonly text: string;
  readonly range: Range;
  /** The steps of one level that the selection touches; the innermost one at a cursor. */
  readonly steps: readonly StepEntry[];
  readonly level: StepLevel;
  /** Another file of the project, read as a workflow; undefined where there is none. Absent where nobody can look. */
  readonly read: ((ref: WorkflowRef) => Analysis | undefined) | undefined;
}

/** Offers what can be done here without changing what the workflow does; nothing where that is not sure. */
export type Refactor = (here: Here) => readonly Refactoring[];
