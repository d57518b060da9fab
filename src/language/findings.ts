import type { Range } from '../base/lines.ts';
import { nearest } from '../base/nearest.ts';
import type { Diagnostic, Fix, RelatedLocation, Severity } from '../model/diagnostic.ts';
import type { Code } from './codes.ts';

/** What a finding may have beside its message. */
export interface FindingDetails {
  readonly severity?: Severity;
  readonly related?: readonly RelatedLocation[];
  readonly fixes?: readonly Fix[];
}

export function finding(code: Code, range: Range, message: string, details: FindingDetails = {}): Diagnostic {
  const { severity = 'error', related = [], fixes = [] } = details;
  return { code, severity, message, range, related, fixes };
}

/** `Did you mean "x"?` with the fix that says so, or a list of what there is. */
export function suggestion(
  word: string,
  candidates: readonly string[],
  range: Range,
): { readonly hint: string; readonly fixes: readonly Fix[] } {
  const meant = nearest(word, candidates);
  if (meant === undefined) return { hint: '', fixes: [] };
  const fixes = [{ title: `Change to "${meant}"`, edits: [{ range, newText: meant }] }];
  return { hint: ` Did you mean "${meant}"?`, fixes };
}
