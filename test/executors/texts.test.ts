import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { parseDotenv } from '../../src/executors/dotenv.ts';
import { interpreterFor } from '../../src/executors/interpreters.ts';
import { parseOutputs } from '../../src/executors/outputs.ts';
import { fileNameOf } from '../../src/model/file-name.ts';

suite('The output file', () => {
  test('gives back every name and value that was written as a block', () => {
    const names = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,10}$/);
    const values = fc.string({ unit: fc.constantFrom('a', '=', '\n', ' ', 'é', '<<', '"', '$') });
    fc.assert(
      fc.property(fc.dictionary(names, values), (outputs) => {
        const text = Object.entries(outputs)
          .map(([name, value]) => `${name}<<__END__\n${value}\n__END__\n`)
          .join('');
        const parsed = parseOutputs(text);
        assert.deepEqual(parsed.ok && { ...parsed.value }, { ...outputs });
      }),
    );
  });

  test('is never the cause of a crash', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseOutputs(text)));
  });

  test('may hold names that mean something to JavaScript', () => {
    const parsed = parseOutputs('__proto__=1\nconstructor=2\n');
    assert.deepEqual(parsed.ok && Object.entries(parsed.value), [
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
  });

  test('says what is wrong with a line, and that a block is never closed', () => {
    assert.deepEqual(parseOutputs('a=1\nnonsense'), {
      ok: false,
      error: 'line 2 of $BATON_OUTPUT must be "name=value", but it is "nonsense"',
    });
    assert.deepEqual(parseOutputs('a<<END\n1'), {
      ok: false,
      error: 'line 1 of $BATON_OUTPUT opens "a", but "END" never closes it',
    });
  });
});

function fileOf(text: string): Record<string, string> {
  const parsed = parseDotenv(text);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error);
  return { ...parsed.value };
}

suite('A dotenv file', () => {
  test('is read as the common ground of its kind', () => {
    const text = `# a comment\nexport A=1\nB = two words # not this\nC='as $it is'\nD="line\\nbreak \\"quoted\\""\nE=\nF="two\nlines"\n`;
    assert.deepEqual(fileOf(text), {
      A: '1',
      B: 'two words',
      C: 'as $it is',
      D: 'line\nbreak "quoted"',
      E: '',
      F: 'two\nlines',
    });
  });

  test('may begin with the mark of some editors, and end its lines in any way', () => {
    assert.deepEqual(fileOf('\uFEFFA=1\r\n  \r\nB="x" # why\rspring.name=y'), {
      A: '1',
      B: 'x',
      'spring.name': 'y',
    });
  });

  test('that says something else is not understood, and which line that is', () => {
    const why = (text: string) => {
      const parsed = parseDotenv(text);
      return parsed.ok ? 'understood' : parsed.error;
    };
    assert.equal(why('A=1\nB: 2'), 'line 2 is neither `NAME=value` nor a comment');
    assert.equal(why('A="1\n2'), 'line 1 begins a value with " and never ends it');
    assert.equal(why("\nA='1'2"), 'line 2 goes on after its closing quote');
    assert.equal(why('BATON_STEP=x'), 'line 1 sets BATON_STEP, which only Baton itself does');
  });

  test('of any text is read or refused, and never throws', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('A', '=', '"', "'", '\\', '\n', '\r', '#', ' ', 'é') }),
        (text) => {
          parseDotenv(text);
        },
      ),
    );
  });
});

suite('The file of an attempt', () => {
  test('has a name that every file system takes, and another for every address', () => {
    assert.equal(fileNameOf('tdd[2].test', 1), 'tdd[2].test.1');
    assert.equal(fileNameOf('scan{src/a b.ts}', 2), 'scan{src%2Fa%20b.ts}.2');
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1 }),
        fc.string({ unit: 'grapheme', minLength: 1 }),
        (a, b) => {
          assert.match(fileNameOf(a, 1), /^[A-Za-z0-9_.\-[\]{}%]+$/);
          if (a !== b) assert.notEqual(fileNameOf(a, 1), fileNameOf(b, 1));
        },
      ),
    );
  });
});

test('A node script is a module when it is written as one', () => {
  const ending = (text: string) => interpreterFor('node').ending(text);
  assert.equal(ending('const x = require("x")'), '.cjs');
  assert.equal(ending('import x from "x"'), '.mjs');
  assert.equal(ending('const x = await y()'), '.mjs');
});
