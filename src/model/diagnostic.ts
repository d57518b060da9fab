import type { Range } from '../base/lines.ts';

export type Severity = 'error' | 'warning' | 'information' | 'hint';

/** A stable name such as `baton/cycle`; people silence diagnostics by it (rule F3). */
export type DiagnosticCode = `baton/${string}`;

/** Something a person should know about a text: what, where, and what to do about it (rule F2). */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly message: string;
  readonly range: Range;
  readonly related: readonly RelatedLocation[];
  readonly fixes: readonly Fix[];
}

export interface RelatedLocation {
  readonly message: string;
  /** Path from the project's folder; absent for the same text. */
  readonly file?: string;
  readonly range: Range;
}

/** A change that mends the diagnostic, offered only where it is certain. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

export interface TextEdit {
  readonly range: Range;
  readonly newText: string;
}

/** True when the text cannot be run as it stands. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}
