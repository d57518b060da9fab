import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { analyze } from '../../src/language/analyze.ts';
import { hover, type HoverSources } from '../../src/language/hover.ts';
import { allFiles } from './corpus-files.ts';
import { cursorIn } from './marked.ts';

const SOURCES: HoverSources = {
  last: (step) => (step === 'build' ? { words: 'succeeded in 3 s' } : undefined),
  durations: (step) => (step === 'build' ? { p50: 3000, p95: 5000, count: 7 } : undefined),
  value: (path) => (path.join('.') === 'steps.build.outputs.tag' ? 'v1 `x`' : undefined),
};

function read(marked: string): string | undefined {
  const { analysis, offset } = cursorIn(marked);
  return hover(analysis, offset, SOURCES)?.markdown;
}

const FILE = `inputs:
  who: { description: Whom to *greet*, default: world }
steps:
  build: { run: make }
  test: { needs: build, run: "echo \${{ steps.build.outputs.tag }}" }
  last: { needs: test, name: The end, run: x }
  side: { run: x }
`;

suite('What is said of a schedule', () => {
  const now = Date.parse('2027-03-20T12:00:00Z');
  const words = (schedule: string, at: string) => {
    const text = `on: { schedule: ${schedule} }\nsteps: { a: { run: x } }\n`;
    return hover(analyze(text), text.indexOf(at) + 1, { now })?.markdown ?? '';
  };

  test('are its words, its next three times in its zone, and what a change of the clocks does to it', () => {
    assert.equal(
      words('{ cron: "30 2 * * *", timezone: Europe/Berlin }', '30 2'),
      `At 02:30

Next, in Europe/Berlin:

- Sun, 21 Mar 2027, 02:30
- Mon, 22 Mar 2027, 02:30
- Tue, 23 Mar 2027, 02:30

On Sunday 28 March the clocks go from 02:00 to 03:00: what would be due in between runs at 03:00.`,
    );
    assert.match(words('{ cron: "*/10 * * * *", timezone: Europe/Berlin }', 'Europe'), /keeps its beat/);
    assert.doesNotMatch(words('{ cron: "0 9 * * *", timezone: Europe/Berlin }', '0 9'), /clocks/);
  });

  test('is that it never comes, or what it counts from', () => {
    assert.match(words('{ cron: "0 0 30 2 *", timezone: UTC }', '0 0'), /Never again: no day fits/);
    assert.match(words('{ at: 2020-01-01T00:00:00Z }', '2020'), /Never again/);
    assert.match(words('{ every: 15m }', '15m'), /Counted from when the schedule is enabled/);
  });
});

suite('A hover', () => {
  test('over a key says what it is for, what it may be, and what it is without', () => {
    assert.equal(
      read('limits:\n  on_fai‸lure: kill\n'),
      '`on_failure`\n\nGo on with what is unaffected, start nothing new, or cancel the rest.\n\nOne of `continue`, `finish`, `kill`.\n\nWithout it: `continue`.',
    );
    assert.match(read('steps:\n  a:\n    i‸f: failure()\n    run: x\n') ?? '', /For instance `failure\(\)`/);
    assert.match(read('steps: { a: { ti‸meout: 5m, run: x } }\n') ?? '', /^`timeout`\n\nBounds one attempt/);
  });

  test('over a step says what it waits for and who waits for it, and how it went', () => {
    assert.equal(
      read(FILE.replace('  build:', '  bu‸ild:')),
      [
        '**build** · `run`',
        'Needs nothing: it begins at once.',
        'Waited for by `test`, `last`.',
        'On the critical path: the longest chain of steps.',
        'Last run: succeeded in 3 s.',
        'Usually 3.0 s, 5.0 s at the 95th percentile (7 runs).',
      ].join('\n\n'),
    );
    assert.match(
      read(FILE.replace('needs: test', 'needs: te‸st')) ?? '',
      /^\*\*test\*\* · `run`\n\nNeeds `build`\./,
    );
    assert.match(read(FILE.replace('  last:', '  la‸st:')) ?? '', /· The end\n/);
    assert.doesNotMatch(read(FILE.replace('  side:', '  si‸de:')) ?? '', /critical/);
  });

  test('over an input says its type, its words and what it is without', () => {
    assert.equal(
      read(FILE.replace('who:', 'wh‸o:')),
      'Input **who** · string\n\nWhom to \\*greet\\*\n\nWithout it: `world`.',
    );
  });

  test('inside an expression says what a name means, and what it was in the last run', () => {
    assert.match(read('steps:\n  a: { run: "${{ toJ‸SON(1) }}" }\n') ?? '', /^`toJSON\(value\)`/);
    assert.match(read('steps:\n  a: { run: "${{ ru‸n.id }}" }\n') ?? '', /^The run itself/);
    assert.match(read('steps:\n  a: { run: "${{ run.i‸d }}" }\n') ?? '', /^The run's id/);
    assert.match(
      read(FILE.replace('.outputs.tag', '.out‸puts.tag')) ?? '',
      /\n\nIn the last run: `` v1 `x` ``$/,
    );
  });

  test('over a cron expression says it in words', () => {
    assert.equal(read('on:\n  schedule:\n    - cron: 0 2 * * ‸1-5\n'), 'At 02:00, Monday through Friday');
    assert.equal(read('on:\n  schedule:\n    - cron: "@dai‸ly"\n'), 'At 00:00');
    assert.equal(read('on:\n  schedule:\n    - cron: non‸sense\n'), undefined);
  });

  test('says nothing over prose, commands and comments', () => {
    assert.equal(read('name: He‸llo\n'), undefined);
    assert.equal(read('steps:\n  a:\n    run: |\n      make te‸st\n'), undefined);
    assert.equal(read('name: x # na‸me: y\n'), undefined);
  });

  test('throws nowhere in any text', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...allFiles()),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (text, share) => {
          const offset = Math.floor(share * text.length);
          const found = hover(analyze(text), offset, SOURCES);
          if (found !== undefined) assert.ok(found.range.start <= offset && offset <= found.range.end);
        },
      ),
      { numRuns: 400 },
    );
  });
});
