import type { Range } from '../base/lines.ts';
import { nearestAll } from '../base/nearest.ts';
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

/** `Did you mean "x"?`, with the fix that says so where only one thing can be meant. */
export function suggestion(
  word: string,
  candidates: Iterable<string>,
  range: Range,
): { readonly hint: string; readonly fixes: readonly Fix[] } {
  const near = [...new Set(nearestAll(word, candidates))];
  const [meant, other] = near;
  if (meant === undefined) return { hint: '', fixes: [] };
  if (other !== undefined) return { hint: ` Did you mean "${meant}" or "${other}"?`, fixes: [] };
  return { hint: ` Did you mean "${meant}"?`, fixes: [replacement(range, meant)] };
}

export function replacement(range: Range, text: string): Fix {
  return { title: `Change to "${text}"`, edits: [{ range, newText: text }] };
}

/** A few of many, for the end of a message. */
export function listed(names: readonly string[]): string {
  return names.length > 12 ? `${names.slice(0, 12).join(', ')}, …` : names.join(', ');
}
