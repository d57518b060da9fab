import type { ProblemMatcher, ProblemPattern } from './problem-matcher.ts';

/** A matcher that has a name. Where a tool prints its problems in several forms, there is a pattern for each. */
export interface KnownMatcher extends Omit<ProblemMatcher, 'pattern'> {
  readonly patterns: readonly (readonly ProblemPattern[])[];
}

const ABSOLUTE = { kind: 'absolute' } as const;
const RELATIVE = { kind: 'relative' } as const;
const EITHER = { kind: 'autoDetect' } as const;

const tsc: KnownMatcher = {
  owner: 'typescript',
  source: 'ts',
  fileLocation: RELATIVE,
  patterns: [
    [
      {
        // `a.ts(3,5): error TS2322: …`, and with colours `a.ts:3:5 - error TS2322: …`
        regexp: '^(\\S.*?)[(:](\\d+)[,:](\\d+)(?:\\):| -)\\s+(error|warning|info)\\s+TS(\\d+)\\s*:\\s*(.*)$',
        file: 1,
        line: 2,
        column: 3,
        severity: 4,
        code: 5,
        message: 6,
      },
    ],
  ],
};

/** The line above the problems of a file, which is nothing but its path. */
const HEADING: ProblemPattern = { regexp: '^(\\S.*)$', file: 1 };

const FRAME: ProblemPattern = { regexp: '^\\s*File "(.+?)", line (\\d+)', file: 1, line: 2 };
const CODE: ProblemPattern = { regexp: '^\\s+\\S' };
const CARETS: ProblemPattern = { regexp: '^\\s*[~^][~^ ]*$' };
const EXCEPTION: ProblemPattern = { regexp: '^([A-Za-z_][\\w.]*(?::.*)?)$', message: 1 };

/**
 * The matchers that people know from VS Code, by the names they have there, to match the same lines: of VS Code itself
 * (`problemMatcher.ts` of its tasks: eslint, jshint, go, lessCompile, msCompile), of the extensions it ships (TypeScript:
 * tsc, tsc-watch; Less: lessc; SCSS: node-sass), and of those most people add (C/C++: gcc; Python: python; rust-analyzer:
 * rustc). The expressions are our own.
 */
export const KNOWN_MATCHERS: Readonly<Record<string, KnownMatcher>> = {
  tsc,
  'tsc-watch': tsc,
  'eslint-stylish': {
    owner: 'eslint',
    source: 'eslint',
    fileLocation: ABSOLUTE,
    patterns: [
      [
        HEADING,
        {
          // `  3:5  error  Missing semicolon  semi`
          regexp: '^\\s+(\\d+):(\\d+)\\s+(error|warning|info)\\s+(.+?)(?:\\s{2,}(\\S+))?$',
          line: 1,
          column: 2,
          severity: 3,
          message: 4,
          code: 5,
          loop: true,
        },
      ],
    ],
  },
  'eslint-compact': {
    owner: 'eslint',
    source: 'eslint',
    fileLocation: ABSOLUTE,
    patterns: [
      [
        {
          // `/a.js: line 3, col 5, Error - Missing semicolon. (semi)`
          regexp: '^(.+?): line (\\d+), col (\\d+), (Error|Warning|Info) - (.+?)(?: \\(([^()]+)\\))?$',
          file: 1,
          line: 2,
          column: 3,
          severity: 4,
          message: 5,
          code: 6,
        },
      ],
    ],
  },
  jshint: {
    owner: 'jshint',
    source: 'jshint',
    fileLocation: ABSOLUTE,
    patterns: [
      [
        {
          // `a.js: line 3, col 5, Missing semicolon. (W033)`
          regexp: '^(.+?):\\s+line (\\d+), col (\\d+), (.+?)(?: \\(([A-Z])(\\d+)\\))?$',
          file: 1,
          line: 2,
          column: 3,
          message: 4,
          severity: 5,
          code: 6,
        },
      ],
    ],
  },
  'jshint-stylish': {
    owner: 'jshint',
    source: 'jshint',
    fileLocation: ABSOLUTE,
    patterns: [
      [
        HEADING,
        {
          // `  line 3  col 5  Missing semicolon.  (W033)`
          regexp: '^\\s+line\\s+(\\d+)\\s+col\\s+(\\d+)\\s+(.+?)(?:\\s+\\(([A-Z])(\\d+)\\))?$',
          line: 1,
          column: 2,
          message: 3,
          severity: 4,
          code: 5,
          loop: true,
        },
      ],
    ],
  },
  gcc: {
    owner: 'cpptools',
    source: 'gcc',
    fileLocation: EITHER,
    patterns: [
      [
        {
          // `a.c:3:5: error: …`, `C:\a.c:3: fatal error: …`
          regexp: '^((?:[A-Za-z]:)?[^:]+):(\\d+)(?::(\\d+))?:\\s+(?:fatal\\s+)?(warning|error):\\s+(.*)$',
          file: 1,
          line: 2,
          column: 3,
          severity: 4,
          message: 5,
        },
      ],
    ],
  },
  msCompile: {
    owner: 'msCompile',
    fileLocation: ABSOLUTE,
    patterns: [
      [
        {
          // `1>C:\a.cs(3,5): error CS1002: ; expected [a.csproj]`
          regexp:
            '^(?:\\s*\\d+>)?\\s*(\\S.*?)\\((\\d+(?:,\\d+)?(?:,\\d+,\\d+)?)\\)\\s*:\\s+(?:fatal\\s+)?(error|warning|info)\\s+(\\w+)\\s*:\\s*(.*)$',
          file: 1,
          location: 2,
          severity: 3,
          code: 4,
          message: 5,
        },
      ],
    ],
  },
  go: {
    owner: 'go',
    source: 'go',
    fileLocation: RELATIVE,
    patterns: [
      [
        {
          // `./a.go:3:5: …`, `vet: ./a.go:3: …`
          regexp: '^(?:[^:]+: )?((?:[A-Za-z]:)?[^:]+):(\\d+)(?::(\\d+))?: (.*)$',
          file: 1,
          line: 2,
          column: 3,
          message: 4,
        },
      ],
    ],
  },
  rustc: {
    owner: 'rustc',
    source: 'rustc',
    fileLocation: EITHER,
    patterns: [
      [
        // `error[E0308]: …`, and below it `  --> src/main.rs:3:5`
        { regexp: '^(error|warning)(?:\\[(\\w+)\\])?: (.+)$', severity: 1, code: 2, message: 3 },
        { regexp: '^\\s*--> (.+):(\\d+):(\\d+)$', file: 1, line: 2, column: 3 },
      ],
    ],
  },
  python: {
    owner: 'python',
    source: 'python',
    fileLocation: EITHER,
    // The last frame of a traceback: with its code and marks below it, with its code alone, with neither.
    patterns: [
      [FRAME, CODE, CARETS, EXCEPTION],
      [FRAME, CODE, EXCEPTION],
      [FRAME, EXCEPTION],
    ],
  },
  lessCompile: {
    owner: 'lessCompile',
    source: 'less',
    fileLocation: ABSOLUTE,
    patterns: [[{ regexp: '^\\s*(\\S.*?) in file (.+) line no\\. (\\d+)$', message: 1, file: 2, line: 3 }]],
  },
  lessc: {
    owner: 'lessc',
    source: 'less',
    fileLocation: ABSOLUTE,
    patterns: [
      [
        {
          regexp: '^(.+?) in (.+) on line (\\d+), column (\\d+)',
          message: 1,
          file: 2,
          line: 3,
          column: 4,
        },
      ],
    ],
  },
  'node-sass': {
    owner: 'node-sass',
    source: 'scss',
    fileLocation: ABSOLUTE,
    patterns: [
      [
        { regexp: '^\\{$' },
        { regexp: '^\\s*"status": \\d+' },
        { regexp: '^\\s*"file": "(.*)"', file: 1 },
        { regexp: '^\\s*"line": (\\d+)', line: 1 },
        { regexp: '^\\s*"column": (\\d+)', column: 1 },
        { regexp: '^\\s*"message": "(.*)"', message: 1 },
      ],
    ],
  },
};
