import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import type { Json } from '../../src/base/json.ts';
import { MATCHER_NAMES, matchersOf } from '../../src/model/matchers-of.ts';
import type { ProblemMatcher } from '../../src/model/problem-matcher.ts';
import {
  LONGEST_LINE,
  MOST_PROBLEMS,
  OutputProblems,
  type FoundProblems,
} from '../../src/model/output-problems.ts';

function matchers(json: Json): readonly ProblemMatcher[] {
  const read = matchersOf(json);
  assert.ok(read.ok, read.ok ? '' : read.error);
  return read.value;
}

function find(json: Json, ...pieces: readonly string[]): FoundProblems {
  const reader = new OutputProblems(matchers(json));
  for (const piece of pieces) reader.take(piece);
  return reader.end();
}

/** As a person writes them, lines and columns from 1: `a.ts 3:5-3:5 error ts(2322): message`. */
function shown({ problems }: FoundProblems): readonly string[] {
  return problems.map(({ file, range: { start, end }, severity, message, code, source }) => {
    const from = `${start.line + 1}:${start.character + 1}`;
    const to = `${end.line + 1}:${end.character + 1}`;
    const by = `${source ?? ''}${code === undefined ? '' : `(${code})`}`;
    return `${file} ${from === to ? from : `${from}-${to}`} ${severity}${by && ` ${by}`}: ${message}`;
  });
}

const checkFound = (json: Json, output: string, ...expected: readonly string[]): void =>
  assert.deepEqual(shown(find(json, output)), expected);

suite('The problems in what a tool prints', () => {
  test('of tsc, plain and with colours', () => {
    checkFound(
      '$tsc',
      `src/a.ts(3,5): error TS2322: Type 'string' is not assignable to type 'number'.
\u001B[96msrc/b (1).ts\u001B[0m:\u001B[93m12\u001B[0m:\u001B[93m7\u001B[0m - \u001B[91merror\u001B[0m\u001B[90m TS2304: \u001B[0mCannot find name 'x'.
12   x
     ~
C:\\src\\c.ts(1,1): warning TS6133: 'y' is never used.\r
Found 2 errors.
`,
      "src/a.ts 3:5 error ts(2322): Type 'string' is not assignable to type 'number'.",
      "src/b (1).ts 12:7 error ts(2304): Cannot find name 'x'.",
      "C:\\src\\c.ts 1:1 warning ts(6133): 'y' is never used.",
    );
  });

  test('of eslint: a heading, and below it a line for each', () => {
    checkFound(
      '$eslint-stylish',
      `
/home/me/a.js
   3:5   error    Missing semicolon  semi
  10:12  warning  Unexpected console statement. Two  spaces  no-console
  11:1   error    Parsing error: Unexpected token

/home/me/b.js
  1:1  error  'x' is not defined  no-undef

✖ 4 problems (3 errors, 1 warning)
`,
      '/home/me/a.js 3:5 error eslint(semi): Missing semicolon',
      '/home/me/a.js 10:12 warning eslint(no-console): Unexpected console statement. Two  spaces',
      '/home/me/a.js 11:1 error eslint: Parsing error: Unexpected token',
      "/home/me/b.js 1:1 error eslint(no-undef): 'x' is not defined",
    );
    checkFound(
      '$eslint-compact',
      '/a.js: line 3, col 5, Error - Missing semicolon. (semi)\n/a.js: line 4, col 1, Warning - Odd\n',
      '/a.js 3:5 error eslint(semi): Missing semicolon.',
      '/a.js 4:1 warning eslint: Odd',
    );
  });

  test('of gcc and clang', () => {
    checkFound(
      '$gcc',
      `main.c: In function 'main':
main.c:4:9: warning: unused variable 'x' [-Wunused-variable]
main.c:5:5: error: expected ';' before 'return'
C:\\src\\main.c:7: fatal error: missing.h: No such file or directory
main.c:4:9: note: declared here
make: *** [Makefile:2: main] Error 1
`,
      "main.c 4:9 warning gcc: unused variable 'x' [-Wunused-variable]",
      "main.c 5:5 error gcc: expected ';' before 'return'",
      'C:\\src\\main.c 7:1-8:1 error gcc: missing.h: No such file or directory',
    );
  });

  test('of Microsoft’s compilers, with their ends', () => {
    checkFound(
      '$msCompile',
      `  1>C:\\src\\a.cs(3,5): error CS1002: ; expected [C:\\src\\a.csproj]
a.cpp(7) : fatal error C1083: Cannot open include file
a.fs(1,2,3,4): warning FS0025: Incomplete matches
`,
      'C:\\src\\a.cs 3:5 error (CS1002): ; expected [C:\\src\\a.csproj]',
      'a.cpp 7:1-8:1 error (C1083): Cannot open include file',
      'a.fs 1:2-3:4 warning (FS0025): Incomplete matches',
    );
  });

  test('of go, rustc, python, jshint, less and sass', () => {
    checkFound(
      '$go',
      '# example.com/m\n./a.go:3:5: undefined: x\nvet: .\\b.go:7: bad\nC:\\go\\c.go:1:2: oh: no\n',
      './a.go 3:5 error go: undefined: x',
      '.\\b.go 7:1-8:1 error go: bad',
      'C:\\go\\c.go 1:2 error go: oh: no',
    );
    checkFound(
      '$rustc',
      'error[E0308]: mismatched types\n --> src/main.rs:2:18\n  |\nwarning: unused\n  --> C:\\a.rs:1:1\nerror: aborting\n',
      'src/main.rs 2:18 error rustc(E0308): mismatched types',
      'C:\\a.rs 1:1 warning rustc: unused',
    );
    checkFound(
      '$python',
      `Traceback (most recent call last):
  File "/app/main.py", line 9, in <module>
    run()
    ~~~^^
  File "/app/run.py", line 4, in run
    raise ValueError("no")
ValueError: no
  File "/app/b.py", line 1
    x = (
        ^
SyntaxError: '(' was never closed
  File "<frozen x>", line 2, in y
my.own.Failure
`,
      '/app/run.py 4:1-5:1 error python: ValueError: no',
      "/app/b.py 1:1-2:1 error python: SyntaxError: '(' was never closed",
      '<frozen x> 2:1-3:1 error python: my.own.Failure',
    );
    checkFound(
      ['$jshint', '$jshint-stylish'],
      'a.js: line 3, col 5, Missing semicolon. (W033)\nb.js\n  line 3  col 6  Odd.  (E001)\n  line 4  col 1  Bad.\n',
      'a.js 3:5 warning jshint(033): Missing semicolon.',
      'b.js 3:6 error jshint(001): Odd.',
      'b.js 4:1 error jshint: Bad.',
    );
    checkFound(
      ['$lessc', '$lessCompile'],
      'ParseError: Unrecognised input in /a.less on line 3, column 5:\nMissing brace in file /b.less line no. 7\n',
      '/a.less 3:5 error less: ParseError: Unrecognised input',
      '/b.less 7:1-8:1 error less: Missing brace',
    );
    checkFound(
      '$node-sass',
      '{\n  "status": 1,\n  "file": "/a.scss",\n  "line": 3,\n  "column": 5,\n  "message": "Invalid",\n  "formatted": "x"\n}\n',
      '/a.scss 3:5 error scss: Invalid',
    );
  });

  test('of a pattern of several lines: what is said first stays, and messages add up', () => {
    const pattern = [
      { regexp: '^FAIL (\\S+) (.*)$', file: 1, message: 2 },
      { regexp: '^at line (\\d+)(?: of (\\S+))?: (.*)$', line: 1, file: 2, message: 3 },
    ];
    checkFound(
      { source: 'mine', pattern, severity: 'warning' },
      'FAIL a.x first\nFAIL b.x second\nat line 3 of c.x: more\nat line 4: nothing\n',
      'b.x 3:1-4:1 warning mine: second\nmore',
    );
  });

  test('take a line for one problem only, that of the matcher which takes in most', () => {
    const short = { source: 'short', pattern: { regexp: '^b (\\S+) (\\d+)$', file: 1, line: 2 } };
    const long = {
      source: 'long',
      pattern: [
        { regexp: '^a (.*)$', message: 1 },
        { regexp: '^b (\\S+) (\\d+)$', file: 1, line: 2 },
      ],
    };
    checkFound(
      [short, long],
      'a two\nb x 1\nb y 2\n',
      'x 1:1-2:1 error long: two',
      'y 2:1-3:1 error short: b y 2',
    );
  });

  test('of a file as a whole have no line', () => {
    checkFound(
      { pattern: { regexp: '^not formatted: (.*)$', kind: 'file' } },
      'not formatted: a.ts\n',
      'a.ts 1:1 error: not formatted: a.ts',
    );
  });

  test('have severities in words and letters; what is unknown is as the matcher says', () => {
    const pattern = { regexp: '^(\\w+) (\\S+) (\\d+)$', severity: 1, file: 2, line: 3 };
    const severities = (words: string): readonly string[] =>
      find(
        { pattern, severity: 'info' },
        words.replaceAll(/\S+/g, '$& f 1\n').replaceAll('\n ', '\n'),
      ).problems.map(({ severity }) => severity);
    assert.deepEqual(severities('ERROR W note'), ['error', 'warning', 'information']);
    assert.deepEqual(severities('Hint fatal'), ['information', 'information']);
  });

  test('without a line that an editor could show, or without a message, are none', () => {
    const pattern = { regexp: '^(\\S+):(\\S+): ?(.*)$', file: 1, line: 2, message: 3 };
    checkFound({ pattern }, 'a:x: b\na:99999999999: b\na:1:\na:0: first\n', 'a 1:1-2:1 error: first');
  });

  test('are told once, however often they were printed', () => {
    checkFound('$tsc', 'a.ts(1,1): error TS1: x\n'.repeat(3), 'a.ts 1:1 error ts(1): x');
  });

  test('are read from what is left of a line that was drawn several times', () => {
    checkFound(
      '$tsc',
      '10%\r50%\ra.ts(1,1): error TS1: x\r\nb.ts(1,1): error TS1: \u001B]8;;http://x\u001B\\y\u001B]8;;\u001B\\',
      'a.ts 1:1 error ts(1): x',
      'b.ts 1:1 error ts(1): y',
    );
  });

  test('are kept up to a limit, and counted beyond it', () => {
    const lines = Array.from({ length: MOST_PROBLEMS + 7 }, (_, i) => `a.ts(${i + 1},1): error TS1: x\n`);
    const { problems, more } = find('$tsc', ...lines);
    assert.deepEqual([problems.length, more], [MOST_PROBLEMS, 7]);
  });

  test('are not looked for in a line that is too long, however slow its expression would be', () => {
    const line = (length: number) => `a.ts(1,1): error TS1: ${'x'.repeat(length - 22)}`;
    assert.equal(find('$tsc', line(LONGEST_LINE)).problems.length, 1);
    assert.equal(find('$tsc', line(LONGEST_LINE + 1)).problems.length, 0);
    const slow = { pattern: { regexp: '^(a+)+$', file: 1, line: 0 } };
    assert.equal(find(slow, 'a'.repeat(50_000), 'b\n').problems.length, 0);
  });

  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom(
      '\n',
      '\r\n',
      '\r',
      '\u001B[31m',
      'a.ts(1,2): error TS3: x\n',
      '/a.js\n  1:2  error  x  semi\n  3:4  warning  y\n',
      '  File "a.py", line 3\n    x\n    ^\nE: y\n',
      'a.c:1: error: x\n',
      ' line 1, col 2, ',
      'x'.repeat(LONGEST_LINE),
    ),
  );
  const all = matchers([...MATCHER_NAMES, { pattern: { regexp: '(.)*', kind: 'file', file: 0 } }]);

  test('are found in any text without a word thrown, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(200)), (pieces, cuts) => {
        const text = pieces.join('');
        const whole = new OutputProblems(all);
        whole.take(text);
        const cut = new OutputProblems(all);
        let from = 0;
        for (const length of cuts) cut.take(text.slice(from, (from += length)));
        cut.take(text.slice(from));
        assert.deepEqual(cut.end(), whole.end());
      }),
      { numRuns: 500 },
    );
  });

  test('have places that are in order and can be written as JSON', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const reader = new OutputProblems(all);
        for (const each of pieces) reader.take(each);
        const { problems } = reader.end();
        assert.deepEqual(JSON.parse(JSON.stringify(problems)), problems);
        for (const {
          range: { start, end },
        } of problems) {
          assert.ok(start.line >= 0 && start.character >= 0);
          assert.ok(end.line > start.line || (end.line === start.line && end.character >= start.character));
        }
      }),
      { numRuns: 500 },
    );
  });
});
