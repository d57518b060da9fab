/**
 * How problems are found in what a tool prints: VS Code's problem matcher, read and completed. Its `name`, `owner`,
 * `applyTo` and `background` mean nothing here: a step's output is looked at as a whole, for every file.
 */
export interface ProblemMatcher {
  /** Who a person is told found it, such as `ts`. */
  readonly source?: string;
  /** Where the pattern captures none. */
  readonly severity?: MatcherSeverity;
  readonly fileLocation: FileLocation;
  /** For as many lines in a row; at least one. */
  readonly pattern: readonly ProblemPattern[];
}

export const MATCHER_SEVERITIES = ['error', 'warning', 'info'] as const;
export type MatcherSeverity = (typeof MATCHER_SEVERITIES)[number];

/** What a path that is not absolute begins at: `from`, which may begin with a variable; absent means the step's folder. */
export interface FileLocation {
  readonly kind: FileLocationKind;
  readonly from?: string;
}

export const FILE_LOCATIONS = ['absolute', 'relative', 'autoDetect'] as const;
export type FileLocationKind = (typeof FILE_LOCATIONS)[number];

/** What one line looks like. A number is that of a group of the expression; 0 is the whole match. */
export interface ProblemPattern extends Partial<Readonly<Record<PatternGroup, number>>> {
  /** JavaScript's, without flags. It can be compiled. */
  readonly regexp: string;
  /** `file`: the problem has no line. Said by the first pattern. */
  readonly kind?: 'file' | 'location';
  /** The last pattern goes on for as long as lines match it, a problem each. */
  readonly loop?: boolean;
}

/** `location` is all of line, column and their ends in one group: `3`, `3,5` or `3,5,3,9`. */
export const PATTERN_GROUPS = [
  'file',
  'location',
  'line',
  'column',
  'endLine',
  'endColumn',
  'severity',
  'code',
  'message',
] as const;
export type PatternGroup = (typeof PATTERN_GROUPS)[number];
