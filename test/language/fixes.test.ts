import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { analyze, type Analysis } from '../../src/language/analyze.ts';
import { CODES } from '../../src/language/codes.ts';
import { fixAll, fixesAt, mendsOf, type Mend } from '../../src/language/fixes.ts';
import type { Diagnostic } from '../../src/model/diagnostic.ts';
import { look } from './corpus-children.ts';
import { allFiles } from './corpus-files.ts';
import { cursorIn, edited } from './marked.ts';

/** What nobody but its author can mend, and why. */
const NO_SAFE_CURE: readonly (readonly [code: string, message: RegExp, reason: string])[] = [
  ['baton/yaml', /This line has no colon/, 'it may be a key or go on from the line above'],
  ['baton/yaml', /A key must be plain text/, 'nobody knows which text was meant'],
  ['baton/yaml', /indentation does not fit/, 'the line may belong to the map above or to the one around it'],
  ['baton/yaml', /the line below is indented too far/, 'it is unclear which of the two lines is wrong'],
  ['baton/yaml', /takes a map, or a list of maps/, 'the anchor that was meant is not there'],
  ['baton/yaml', /begins on the line after/, 'the text beside `|` may be a part of it or a comment'],
  ['baton/limit', /./, 'a file is split by hand'],
  ['baton/refused-key', /./, 'a name is for its author to choose'],
  ['baton/type', /here it is a map|must be a map/, 'a value of another shape says something else'],
  [
    'baton/type',
    /must be a (?:whole )?number|exit code|number of a group/,
    'the number that was meant is not known',
  ],
  ['baton/type', /must be a duration/, 'the time that was meant is not known'],
  ['baton/type', /must be true(?:,| or) false/, 'the word is neither a yes nor a no'],
  ['baton/type', /"fileLocation" must be/, 'the word is near none of those there are'],
  ['baton/value', /leads out of the project/, 'the files stand where they stand'],
  ['baton/value', /cannot be the name of a variable/, 'a name is for its author to choose'],
  ['baton/missing', /needs "(?:prompt|regexp|step|steps)"/, 'what is missing only its author knows'],
  ['baton/missing', /"run"/, 'a command is for its author to write'],
  ['baton/kind', /does nothing|needs exactly one of/, 'what the step is for only its author knows'],
  ['baton/unknown-step', /There is no step "[^"]*" to read from\.$/, 'no step has a name that is near'],
  [
    'baton/unknown-step',
    /Step "[^"]*" stands (?:inside|under)/,
    'only outputs leave a loop, and nothing leaves `finally`',
  ],
  ['baton/cycle', /reads its own result/, 'the expression must read something else'],
  [
    'baton/expression',
    /ends too early|is empty|takes more arguments/,
    'what is to be read only its author knows',
  ],
  ['baton/expression', /Expressions do not calculate/, 'the step has to do it'],
  ['baton/expression', /is one expression/, 'the text around the braces may mean anything'],
  ['baton/expression', /There is no value/, 'no value has a name that is near'],
  ['baton/expression', /takes no expressions/, 'the text has to say something else'],
  ['baton/expression', /can only be asked in/, 'the question belongs to another field'],
  ['baton/type', /must be a signal/, 'numbers of signals differ between machines'],
  [
    'baton/unknown-value',
    /has no `(?:stdout|exit_code)`/,
    'what is to be read instead only its author knows',
  ],
  ['baton/unknown-value', /There is no value of/, 'no value has a name that is near'],
  [
    'baton/unknown-value',
    /exists only in(?:side)? a|has no items/,
    'the step would have to become another one',
  ],
  ['baton/unknown-value', /Name the step|belongs to every step/, 'which step is meant only its author knows'],
  ['baton/shell', /./, 'how the value gets there depends on the program around it'],
  ['baton/raw', /must be the whole expression/, 'what is to be worked out inside is unclear'],
  ['baton/input', /^"" cannot be the name/, 'a name is for its author to choose'],
  ['baton/child', /./, 'the other file, or the value, has to change'],
  [
    'baton/schedule',
    /A cron expression has five fields|is not a (?:moment|time zone)/,
    'the time that was meant is not known',
  ],
  ['baton/schedule', /is a number from|is never due/, 'the time that was meant is not known'],
  [
    'baton/unknown-key',
    /has no key "(?:x-base|tiemout|services|base)"/,
    'no free key has a name that is near',
  ],
  ['baton/type', /"name" must be text/, 'a name is for its author to choose'],
  ['baton/missing', /is empty: there is nothing to do/, 'a command is for its author to write'],
  ['baton/missing', /A workflow has no value/, 'what it is to do only its author knows'],
  ['baton/expression', /is never closed/, 'where it was to end only its author knows'],
  ['baton/expression', /There is no function/, 'no function has a name that is near'],
  ['baton/cycle', /wheel → pedal/, 'what they read from each other cannot be taken away by itself'],
  [
    'baton/expression',
    /means nothing here|is not expected here|takes fewer arguments/,
    'what was meant only its author knows',
  ],
  [
    'baton/schedule',
    /is no (?:month|day of week)|A value is missing|There is no "@reboot"/,
    'the time that was meant is not known',
  ],
  ['baton/value', /No step ends with "done"/, 'the word is near none of those there are'],
  ['baton/always', /Step "notify"/, 'it is a part of a longer condition, or written in another way'],
  ['baton/type', /"script" must be text/, 'how the lines belong together only its author knows'],
  ['baton/yaml', /has no proper name|cannot begin with this character/, 'nobody knows which text was meant'],
  ['baton/yaml', /Is the colon missing here/, 'the line may be a key, or go on from the one before'],
  ['baton/yaml', /begins with a dollar sign/, 'its text may need quotes as well'],
  ['baton/yaml', /mark of a merge conflict/, 'which side holds only its author knows'],
  ['baton/yaml', /This \{ is never closed/, 'where it ends only its author knows'],
  ['baton/yaml', /are YAML directives|allow tabs/, 'what stands there may be meant as text'],
  [
    'baton/yaml',
    /Between brackets a comma|ended with the quote before|not expected here/,
    'nobody knows where the text was to end',
  ],
  ['baton/schedule', /There is no time zone/, 'no zone has a name that is near'],
  ['baton/schedule', /has exactly one of/, 'when it is to run only its author knows'],
  ['baton/problem-matcher', /./, 'what the program prints only its author knows'],
  ['baton/constant', /always ends after one round/, 'a loop needs another way out, not none'],
  ['baton/unwritten-output', /It writes (?:none|[\w, ]+)\.$/, 'the step has to write it'],
  ['baton/secret-printed', /./, 'the step has to do without printing it'],
  ['baton/cron-step', /every: \d+h/, 'the hour at which it begins would be lost'],
  ['baton/not-yet', /./, 'a later version runs it'],
];

/** What comes to light once a mistake before it is gone. */
const BRINGS_TO_LIGHT: Readonly<Record<string, readonly string[]>> = {
  'baton/cycle': ['baton/cycle'],
  'baton/expression': ['baton/unknown-value', 'baton/value', 'baton/unwritten-output'],
  'baton/unknown-step': ['baton/duplicate-key', 'baton/implied-need'],
  'baton/input': ['baton/input', 'baton/unused-input'],
  'baton/type': ['baton/problem-matcher'],
  // What stood below a key of another name is looked at once it has its own.
  'baton/unknown-key': [
    'baton/unknown-key',
    'baton/kind',
    'baton/child',
    'baton/type',
    'baton/unused-input',
    'baton/expression',
  ],
  'baton/unknown-value': ['baton/unwritten-output', 'baton/value'],
  'baton/duplicate-key': ['baton/kind'],
  'baton/yaml': ['baton/type', 'baton/unknown-value', 'baton/expression'],
};

const reread = (text: string) => analyze(text, { look });
const FILES = allFiles().map(reread);

suite('The mends', () => {
  test('are there for every problem of the corpus that anybody but its author can mend', () => {
    const used = new Set<string>();
    const bare = each((analysis, diagnostic) => {
      if (mendsOf(analysis, diagnostic, reread).length > 0) return [];
      const { code, message } = diagnostic;
      const known = NO_SAFE_CURE.find(([own, pattern]) => own === code && pattern.test(message));
      if (known === undefined) return [`${code}: ${message}`];
      used.add(known.join(' '));
      return [];
    });
    assert.deepEqual(bare, []);
    assert.deepEqual(
      NO_SAFE_CURE.map((entry) => entry.join(' ')).filter((entry) => !used.has(entry)),
      [],
    );
  });

  test('take their problem away, and bring no other', () => {
    const wrong = each((analysis, diagnostic) =>
      mendsOf(analysis, diagnostic, reread).flatMap((mend) => {
        const after = analyze(edited(analysis.text, mend.edits), { look });
        const isThere =
          count(after, diagnostic.code) >= count(analysis, diagnostic.code) && isSaid(after, diagnostic);
        const fresh = Object.keys(CODES).filter((code) => count(after, code) > count(analysis, code));
        const expected = BRINGS_TO_LIGHT[diagnostic.code] ?? [];
        const unexpected = fresh.filter((code) => !expected.includes(code));
        return isThere || unexpected.length > 0
          ? [
              `${diagnostic.code} ${diagnostic.message}: ${mend.title} → ${isThere ? 'still there' : unexpected.join()}`,
            ]
          : [];
      }),
    );
    assert.deepEqual(wrong, []);
  });

  test('are offered in edits that do not overlap', () => {
    const overlapping = each((analysis, diagnostic) =>
      mendsOf(analysis, diagnostic, reread).flatMap(({ title, edits }) => {
        const sorted = edits.toSorted((a, b) => a.range.start - b.range.start);
        return sorted.some(({ range }, i) => range.start < (sorted[i - 1]?.range.end ?? 0)) ? [title] : [];
      }),
    );
    assert.deepEqual(overlapping, []);
  });
});

function each<T>(look_: (analysis: Analysis, diagnostic: Diagnostic) => readonly T[]): readonly T[] {
  return FILES.flatMap((analysis) =>
    analysis.diagnostics.flatMap((diagnostic) => look_(analysis, diagnostic)),
  );
}

function count({ diagnostics }: Analysis, code: string): number {
  return diagnostics.filter((diagnostic) => diagnostic.code === code).length;
}

function isSaid({ diagnostics }: Analysis, { code, message, range }: Diagnostic): boolean {
  return diagnostics.some(
    (other) => other.code === code && other.message === message && other.range.start === range.start,
  );
}

/** What is offered at a cursor, one a line, a star before what is certain. */
function offered(marked: string): string {
  return mendsAt(marked)
    .map(({ title, isPreferred }) => `${isPreferred ? '* ' : ''}${title}`)
    .join('\n');
}

function mendsAt(marked: string): readonly Mend[] {
  const { analysis, offset } = cursorIn(marked, { look });
  return fixesAt(analysis, { start: offset, end: offset }, reread).flatMap(({ mends }) => mends);
}

/** The text after the mend of a title. */
function mended(marked: string, title: string | RegExp): string {
  const mend = mendsAt(marked).find((each_) =>
    typeof title === 'string' ? each_.title === title : title.test(each_.title),
  );
  assert.ok(mend, `${String(title)} is not among:\n${offered(marked)}`);
  return edited(marked.replace('‸', ''), mend.edits);
}

suite('A mend', () => {
  for (const { name, marked, title, expected } of [
    {
      name: 'breaks a cycle at the hop where the cursor stands, and keeps comments',
      marked:
        'steps:\n  a: { run: x, needs: b }\n  b:\n    # why\n    needs: [c, ‸a] # here\n    run: x\n  c: { run: x }\n',
      title: 'Break the cycle here: "b" no longer needs "a"',
      expected:
        'steps:\n  a: { run: x, needs: b }\n  b:\n    # why\n    needs: [c] # here\n    run: x\n  c: { run: x }\n',
    },
    {
      name: 'takes the only need away with its key',
      marked: 'steps:\n  a:\n    run: x\n    needs:\n      - ‸a # itself\n    name: n\n',
      title: 'Take this need away',
      expected: 'steps:\n  a:\n    run: x\n    name: n\n',
    },
    {
      name: 'declares an input before the steps, under their comment',
      marked: 'name: n\n\n# all of it\nsteps:\n  a: { run: "echo ${{ inputs.w‸ho }}" }\n',
      title: 'Add an input "who"',
      expected:
        'name: n\n\ninputs:\n  who: { type: string }\n# all of it\nsteps:\n  a: { run: "echo ${{ inputs.who }}" }\n',
    },
    {
      name: 'declares an input beside the others',
      marked: 'inputs:\n  a: {} # first\nsteps:\n  a: { run: "echo ${{ inputs.a }} ${{ inputs.w‸ho }}" }\n',
      title: 'Add an input "who"',
      expected:
        'inputs:\n  a: {} # first\n  who: { type: string }\nsteps:\n  a: { run: "echo ${{ inputs.a }} ${{ inputs.who }}" }\n',
    },
    {
      name: 'adds the need that a gate lacks to go back',
      marked: 'steps:\n  a: { run: x }\n  g:\n    gate: { check: x, rewind_to: ‸a }\n',
      title: 'Add "a" to the needs of "g"',
      expected: 'steps:\n  a: { run: x }\n  g:\n    gate: { check: x, rewind_to: a }\n    needs: a\n',
    },
    {
      name: 'puts a cron expression in quotes',
      marked: 'on:\n  schedule:\n    - cron: ‸*/5 * * * * # often\nsteps: { a: { run: x } }\n',
      title: 'Put it in quotes',
      expected: "on:\n  schedule:\n    - cron: '*/5 * * * *' # often\nsteps: { a: { run: x } }\n",
    },
    {
      name: 'puts a condition that begins with `!` in quotes',
      marked: 'steps:\n  a:\n    if: ‸!cancelled()\n    run: x\n',
      title: 'Put it in quotes',
      expected: "steps:\n  a:\n    if: '!cancelled()'\n    run: x\n",
    },
    {
      name: 'indents with spaces',
      marked: 'steps:\n  a:\n‸\trun: x\n\tenv:\n\t\tA: b\n',
      title: 'Indent with spaces',
      expected: 'steps:\n  a:\n    run: x\n    env:\n      A: b\n',
    },
    {
      name: 'hands a pasted value over in a variable',
      marked: 'inputs: { code: {} }\nsteps:\n  a:\n    run: echo ${{ ‸raw(inputs.code) }} # c\n',
      title: 'Hand it over in a variable CODE',
      expected:
        'inputs: { code: {} }\nsteps:\n  a:\n    run: echo ${{ env.CODE }} # c\n    env:\n      CODE: ${{ inputs.code }}\n',
    },
    {
      name: 'hands a value to a program of another language',
      marked:
        'inputs: { who: {} }\nsteps:\n  a:\n    language: node\n    script: |\n      console.log("‸${{ inputs.who }}");\n',
      title: 'Hand it over in a variable WHO',
      expected:
        'inputs: { who: {} }\nsteps:\n  a:\n    language: node\n    script: |\n      console.log(process.env.WHO);\n    env:\n      WHO: ${{ inputs.who }}\n',
    },
    {
      name: 'keeps one of two kinds',
      marked: 'steps:\n  a:\n    run: x # keep\n    script: y\n    ‸workflow: z\n',
      title: 'Keep only `run`',
      expected: 'steps:\n  a:\n    run: x # keep\n',
    },
    {
      name: 'makes two steps of two kinds, one after the other',
      marked:
        'steps:\n  p: { run: x }\n  # about a\n  a:\n    needs: p\n    language: node # 20\n    script: |\n      x\n    name: A\n    ‸run: y # then\n',
      title: 'Make 2 steps of it',
      expected:
        'steps:\n  p: { run: x }\n  a_script:\n    needs: p\n    language: node # 20\n    script: |\n      x\n  # about a\n  a:\n    needs: a_script\n    name: A\n    run: y # then\n',
    },
    {
      name: 'keeps the line break of a text in a block',
      marked: 'steps:\n  build: { run: x }\n  a:\n    needs: ‸>-\n      biuld\n    run: x\n',
      title: 'Change to "build"',
      expected: 'steps:\n  build: { run: x }\n  a:\n    needs: build\n    run: x\n',
    },
    {
      name: 'takes an unused input away, and `inputs` with the last one',
      marked: 'inputs:\n  wh‸o: {} # nobody\nsteps: { a: { run: x } }\n',
      title: 'Take this input away',
      expected: 'steps: { a: { run: x } }\n',
    },
    {
      name: 'gives a step that cannot have its name one that it can, everywhere',
      marked: 'steps:\n  1s‸t: { run: x }\n  b: { run: x, needs: 1st }\n',
      title: 'Rename to "_1st"',
      expected: 'steps:\n  _1st: { run: x }\n  b: { run: x, needs: _1st }\n',
    },
    {
      name: 'writes a duration in words as one',
      marked: 'timeout: 1 hour 30 minutes‸\nsteps: { a: { run: x } }\n',
      title: 'Change to `1h30m`',
      expected: 'timeout: 1h30m\nsteps: { a: { run: x } }\n',
    },
    {
      name: 'leaves silenced what stands on the line below its comment',
      marked: 'steps:\n  a:\n    run: x\n    needs: no‸thing\r\n',
      title: 'Ignore baton/unknown-step here',
      expected: 'steps:\n  a:\n    run: x\n    # baton-ignore: baton/unknown-step\r\n    needs: nothing\r\n',
    },
    {
      name: 'adds the language that a script says itself',
      marked: 'steps:\n  a:\n    ‸script: |\n      #!/usr/bin/env python3\n      print(1)\n',
      title: 'Add `language: python`',
      expected:
        'steps:\n  a:\n    language: python\n    script: |\n      #!/usr/bin/env python3\n      print(1)\n',
    },
    {
      name: 'makes an even beat of a step that does not come out even',
      marked: "on: { schedule: { cron: '*/7‸ * * * *' } }\nsteps: { a: { run: x } }\n",
      title: 'Change to `every: 7m`',
      expected: 'on: { schedule: { every: 7m } }\nsteps: { a: { run: x } }\n',
    },
  ]) {
    test(name, () => assert.equal(mended(marked, title), expected));
  }

  test('is offered with what silences the problem, the certain one first', () => {
    assert.equal(
      offered('steps:\n  build: { run: x }\n  b: { run: x, needs: biu‸ld }\n'),
      '* Change to "build"\nTake this need away\nIgnore baton/unknown-step here',
    );
  });

  test('never touches an anchor that others name', () => {
    assert.equal(
      offered('inputs:\n  a‸: &x {}\n  b: *x\nsteps: { a: { run: "echo ${{ inputs.b }}" } }\n'),
      'Ignore baton/unused-input here',
    );
  });
});

suite('All that is certain', () => {
  const all = (text: string) => fixAll(reread(text), reread);

  test('is mended at once, also what the first mend brings to light', () => {
    assert.equal(
      all('steps:\n  build: { run: x }\n  test: { run: x, need: [biuld, biuld], if: true } # keep\n'),
      'steps:\n  build: { run: x }\n  test: { run: x, needs: [build] } # keep\n',
    );
  });

  test('leaves alone what a person has to decide', () => {
    const text =
      'inputs: { a: {} }\nsteps:\n  a: { run: x, if: always() }\n  b: { run: x, gate: { check: x } }\n';
    assert.equal(all(text), text);
  });

  test('does not make two keys of one name', () => {
    assert.match(
      all('steps:\n  b: { run: x }\n  a: { run: x, need: b, depends_on: b }\n'),
      /needs: b, depends_on: b/,
    );
  });

  test('ends, with nothing certain left, in every file', () => {
    for (const { text } of FILES) assert.deepEqual(certainIn(all(text)), []);
  });

  test('ends, with nothing certain left, in any text', () => {
    const change = fc.record({
      file: fc.nat(FILES.length - 1),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.nat(12),
      text: fc.constantFrom(
        '',
        ' ',
        '\n',
        '\t',
        'needs: a',
        'a, a',
        '"',
        '{',
        ']',
        ': ',
        '- ',
        '${{ ',
        '*x',
        '  if: true\n',
      ),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), ([first, ...more]) => {
        let text = FILES[first?.file ?? 0]?.text ?? '';
        for (const { at, length, text: added } of first === undefined ? [] : [first, ...more]) {
          const from = Math.floor(at * text.length);
          text = text.slice(0, from) + added + text.slice(from + length);
        }
        const mended = all(text);
        assert.deepEqual(certainIn(mended), []);
        if (reread(text).runnable) assert.ok(reread(mended).runnable, `${text}\n→\n${mended}`);
      }),
      { numRuns: 150 },
    );
  });

  function certainIn(text: string): readonly string[] {
    const analysis = analyze(text, { look });
    const isBroken = count(analysis, 'baton/yaml') > 0;
    return analysis.diagnostics
      .filter(({ code }) => !isBroken || code === 'baton/yaml')
      .flatMap((diagnostic) => mendsOf(analysis, diagnostic, reread))
      .filter(({ isPreferred }) => isPreferred)
      .map(({ title }) => title);
  }
});
