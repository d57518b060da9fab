import type { FileLocationKind, PatternGroup, ProblemMatcher, ProblemPattern } from './problem-matcher.ts';

/** A matcher that has a name. Where a tool prints its problems in several forms, there is a pattern for each. */
export interface KnownMatcher extends Omit<ProblemMatcher, 'pattern'> {
  readonly patterns: readonly (readonly ProblemPattern[])[];
}

function matcher(
  source: string | undefined,
  kind: FileLocationKind,
  ...patterns: KnownMatcher['patterns']
): KnownMatcher {
  return { fileLocation: { kind }, patterns, ...(source !== undefined && { source }) };
}

/** A line whose groups capture these, in this order. */
function line(regexp: string, ...groups: readonly PatternGroup[]): ProblemPattern {
  return { regexp, ...Object.fromEntries(groups.map((name, i) => [name, i + 1])) };
}

const TSC = matcher('ts', 'relative', [
  // `a.ts(3,5): error TS2322: …`, and with colours `a.ts:3:5 - error TS2322: …`
  line(
    '^(\\S.*?)[(:](\\d+)[,:](\\d+)(?:\\):| -)\\s+(error|warning|info)\\s+TS(\\d+)\\s*:\\s*(.*)$',
    'file',
    'line',
    'column',
    'severity',
    'code',
    'message',
  ),
]);

/** The line above the problems of a file, which is nothing but its path. */
const HEADING = line('^(\\S.*)$', 'file');

// Of a Python traceback: the last frame, its code, the marks below that, and what was raised.
const FRAME = line('^\\s*File "(.+?)", line (\\d+)', 'file', 'line');
const CODE = line('^\\s+\\S');
const MARKS = line('^\\s*[~^][~^ ]*$');
const RAISED = line('^([A-Za-z_][\\w.]*(?::.*)?)$', 'message');

/**
 * The matchers that people know from VS Code, by the names they have there, to match the same lines: of VS Code itself
 * (`problemMatcher.ts` of its tasks: eslint, jshint, go, lessCompile, msCompile), of the extensions it ships (TypeScript:
 * tsc, tsc-watch; Less: lessc; SCSS: node-sass), and of those most people add (C/C++: gcc; Python: python; rust-analyzer:
 * rustc). The expressions are our own.
 */
export const KNOWN_MATCHERS: Readonly<Record<string, KnownMatcher>> = {
  tsc: TSC,
  'tsc-watch': TSC,
  'eslint-stylish': matcher('eslint', 'absolute', [
    HEADING,
    {
      // `  3:5  error  Missing semicolon  semi`
      ...line(
        '^\\s+(\\d+):(\\d+)\\s+(error|warning|info)\\s+(.+?)(?:\\s{2,}(\\S+))?$',
        'line',
        'column',
        'severity',
        'message',
        'code',
      ),
      loop: true,
    },
  ]),
  'eslint-compact': matcher('eslint', 'absolute', [
    // `/a.js: line 3, col 5, Error - Missing semicolon. (semi)`
    line(
      '^(.+?): line (\\d+), col (\\d+), (Error|Warning|Info) - (.+?)(?: \\(([^()]+)\\))?$',
      'file',
      'line',
      'column',
      'severity',
      'message',
      'code',
    ),
  ]),
  jshint: matcher('jshint', 'absolute', [
    // `a.js: line 3, col 5, Missing semicolon. (W033)`
    line(
      '^(.+?):\\s+line (\\d+), col (\\d+), (.+?)(?: \\(([A-Z])(\\d+)\\))?$',
      'file',
      'line',
      'column',
      'message',
      'severity',
      'code',
    ),
  ]),
  'jshint-stylish': matcher('jshint', 'absolute', [
    HEADING,
    {
      // `  line 3  col 5  Missing semicolon.  (W033)`
      ...line(
        '^\\s+line\\s+(\\d+)\\s+col\\s+(\\d+)\\s+(.+?)(?:\\s+\\(([A-Z])(\\d+)\\))?$',
        'line',
        'column',
        'message',
        'severity',
        'code',
      ),
      loop: true,
    },
  ]),
  gcc: matcher('gcc', 'autoDetect', [
    // `a.c:3:5: error: …`, `C:\a.c:3: fatal error: …`
    line(
      '^((?:[A-Za-z]:)?[^:]+):(\\d+)(?::(\\d+))?:\\s+(?:fatal\\s+)?(warning|error):\\s+(.*)$',
      'file',
      'line',
      'column',
      'severity',
      'message',
    ),
  ]),
  msCompile: matcher(undefined, 'absolute', [
    // `1>C:\a.cs(3,5): error CS1002: ; expected [a.csproj]`
    line(
      '^(?:\\s*\\d+>)?\\s*(\\S.*?)\\((\\d+(?:,\\d+)?(?:,\\d+,\\d+)?)\\)\\s*:\\s+(?:fatal\\s+)?(error|warning|info)\\s+(\\w+)\\s*:\\s*(.*)$',
      'file',
      'location',
      'severity',
      'code',
      'message',
    ),
  ]),
  go: matcher('go', 'relative', [
    // `./a.go:3:5: …`, `vet: ./a.go:3: …`
    line('^(?:[^:]+: )?((?:[A-Za-z]:)?[^:]+):(\\d+)(?::(\\d+))?: (.*)$', 'file', 'line', 'column', 'message'),
  ]),
  rustc: matcher('rustc', 'autoDetect', [
    // `error[E0308]: …`, and below it `  --> src/main.rs:3:5`
    line('^(error|warning)(?:\\[(\\w+)\\])?: (.+)$', 'severity', 'code', 'message'),
    line('^\\s*--> (.+):(\\d+):(\\d+)$', 'file', 'line', 'column'),
  ]),
  python: matcher(
    'python',
    'autoDetect',
    [FRAME, CODE, MARKS, RAISED],
    [FRAME, CODE, RAISED],
    [FRAME, RAISED],
  ),
  lessCompile: matcher('less', 'absolute', [
    line('^\\s*(\\S.*?) in file (.+) line no\\. (\\d+)$', 'message', 'file', 'line'),
  ]),
  lessc: matcher('less', 'absolute', [
    line('^(.+?) in (.+) on line (\\d+), column (\\d+)', 'message', 'file', 'line', 'column'),
  ]),
  'node-sass': matcher('scss', 'absolute', [
    line('^\\{$'),
    line('^\\s*"status": \\d+'),
    line('^\\s*"file": "(.*)"', 'file'),
    line('^\\s*"line": (\\d+)', 'line'),
    line('^\\s*"column": (\\d+)', 'column'),
    line('^\\s*"message": "(.*)"', 'message'),
  ]),
};
