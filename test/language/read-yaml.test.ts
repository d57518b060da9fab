import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { parseDocument } from 'yaml';
import { toJson } from '../../src/language/field-values.ts';
import { readYaml } from '../../src/language/read-yaml.ts';
import { scalarOffsets } from '../../src/language/scalar-offsets.ts';
import type { YamlNode, YamlScalar } from '../../src/language/tree.ts';
import { YAML_LIMITS } from '../../src/language/yaml-limits.ts';
import { shown } from './diagnostics.ts';

function problems(text: string): string {
  return shown(text, readYaml(text).diagnostics);
}

function valueOf(text: string): unknown {
  const { root } = readYaml(text);
  return root && (JSON.parse(JSON.stringify(toJson(root))) as unknown);
}

suite('Reading YAML', () => {
  test('gives the values of YAML 1.2 core, whatever a directive says', () => {
    const text =
      '%YAML 1.1\n---\n[yes, no, true, ~, null, 0o17, 017, 0x1F, 1.50, 1_000, .inf, 2027-01-01, "true"]';
    const { root } = readYaml(text);
    assert.equal(root?.kind, 'list');
    assert.deepEqual(root.kind === 'list' && root.items.map((item) => item.kind === 'scalar' && item.value), [
      'yes',
      'no',
      true,
      null,
      null,
      15,
      17,
      31,
      1.5,
      '1_000',
      Infinity,
      '2027-01-01',
      'true',
    ]);
  });

  test('keeps a number as it is written beside its value', () => {
    const { root } = readYaml('1.50');
    assert.ok(root?.kind === 'scalar');
    assert.deepEqual([root.value, root.text], [1.5, '1.50']);
  });

  test('puts in what aliases stand for, and lets own keys win over merged ones', () => {
    assert.deepEqual(valueOf('a: &x { b: 1, c: 2 }\nd: { <<: *x, b: 3 }\ne: { b: 4, <<: [{ c: 5 }, *x] }'), {
      a: { b: 1, c: 2 },
      d: { c: 2, b: 3 },
      e: { c: 5, b: 4 },
    });
    assert.deepEqual(valueOf('"<<": { a: 1 }'), { '<<': { a: 1 } });
    assert.deepEqual(valueOf('a: &x 1\nb: &x 2\nc: *x'), { a: 1, b: 2, c: 2 });
  });

  test('knows where every key and value stands', () => {
    const text = 'a:\n  - "b": c d # comment\n';
    const { root } = readYaml(text);
    const seen: string[] = [];
    const visit = (node: YamlNode): void => {
      seen.push(`${node.kind} ${text.slice(node.range.start, node.range.end)}`);
      if (node.kind === 'list') node.items.forEach(visit);
      if (node.kind === 'map') for (const { key, value } of node.entries) [key, value].forEach(visit);
    };
    if (root !== undefined) visit(root);
    assert.deepEqual(seen.slice(1), [
      'scalar a',
      'list - "b": c d # comment\n'.trimEnd().replace(' # comment', ''),
      'map "b": c d',
      'scalar "b"',
      'scalar c d',
    ]);
  });

  test('says in plain words what is wrong, the first error of a line', () => {
    assert.equal(
      problems('a: b: c\n'),
      '1:4-5 baton/yaml: A map cannot begin on the same line as its key. Put the value in quotes if it is a text with ": " in it; or the line below is indented too far.',
    );
    assert.equal(
      problems('a: "b\nc: d\n'),
      '1:4-5 baton/yaml: This " is never closed: put a " where it ends.',
    );
    assert.equal(
      problems('a: [b, c\nd: e\n'),
      '1:4-5 baton/yaml: This [ is never closed: put a ] where it ends, indented further than its key.',
    );
    assert.equal(problems('a: [b: c]\n'), '');
    assert.equal(
      problems('a\nb: c\n'),
      '1:1-2 baton/yaml: A key stands on one line and ends with a colon. Is the colon missing here?',
    );
    assert.equal(
      problems('a:\n\t- b'),
      '2:1-2 baton/yaml: YAML does not allow tabs for indentation: use spaces.',
    );
    assert.equal(
      problems('- a\nb\n'),
      '2:1-2 baton/yaml: This is not expected here. If it is meant as text, put it in quotes.',
    );
    assert.equal(
      problems('a: @b\n'),
      '1:4-5 baton/yaml: Text cannot begin with this character unless it is in quotes.',
    );
    assert.equal(
      problems('a: 1\n---\nb: 2\n'),
      '2:1-4 baton/yaml: A workflow file holds one document: take away everything from this `---` on.',
    );
  });

  test('keeps what it could read of a broken text', () => {
    assert.deepEqual(valueOf('a: 1\nb: [2, 3\nc: 4\n'), { a: 1, b: [2, 3], c: 4 });
    assert.deepEqual(valueOf('a: 1\nb: "2\n'), { a: 1, b: '2' });
    assert.deepEqual(valueOf('a: 1\n  b: 2\n'), { a: { b: 2 } });
  });

  test('refuses keys that programs would trip over, and tells where a key stood first', () => {
    assert.equal(
      problems('a: { constructor: 1 }\nb: 1\n"b": 2\n'),
      [
        '1:6-17 baton/refused-key: "constructor" cannot be a key: programs that read this file would trip over it. Choose another name.',
        '3:1-4 baton/duplicate-key: "b" stands twice here, and only one of the two would count. Take one away, or rename it.',
        '  2:1-2 The first "b"',
      ].join('\n'),
    );
  });

  test('says something wherever the library finds an error, and nothing where it finds none', () => {
    const piece = fc.constantFrom(
      ...'abc: - [ ] { } , " \' \n # & * ! | > ? % @ ` \t 1'.split(' '),
      ' ',
      '\n',
      '\n  ',
      ': ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        const text = pieces.join('');
        const { diagnostics } = readYaml(text);
        const theirs = parseDocument(text, { uniqueKeys: false, schema: 'core', logLevel: 'error' });
        const bad = diagnostics.some(({ code }) => code === 'baton/yaml');
        if (theirs.errors.length > 0) assert.ok(bad, JSON.stringify(text));
      }),
      { numRuns: 3000 },
    );
  });
});

suite('The limits of a file', () => {
  test('are 1 MiB in UTF-8', () => {
    const most = YAML_LIMITS.sizeBytes;
    assert.equal(problems(`a: ${'x'.repeat(most - 3)}`), '');
    assert.match(
      problems(`a: ${'x'.repeat(most - 2)}`),
      /^1:1-2 baton\/limit: The file is larger than 1 MiB/,
    );
    assert.match(problems(`a: ${'ü'.repeat(most / 2)}`), /baton\/limit/);
    assert.equal(problems(`a: "${'😀'.repeat(most / 4 - 2)}"`), '');
    assert.match(problems(`a: "${'😀'.repeat(most / 4)}"`), /baton\/limit/);
  });

  test('are 64 levels, written out or by aliases', () => {
    const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
    assert.equal(problems(nested(65)), '');
    assert.match(problems(nested(66)), /baton\/limit: Values are nested more than 64 deep/);
    const half = `- &a ${nested(40)}\n- `;
    assert.equal(problems(`${half}${'['.repeat(24)}*a${']'.repeat(24)}`), '');
    assert.match(problems(`${half}${'['.repeat(25)}*a${']'.repeat(25)}`), /nested more than 64 deep/);
  });

  test('are 100,000 values, written out or by aliases', () => {
    assert.equal(problems('- a\n'.repeat(99_999)), '');
    assert.match(problems('- a\n'.repeat(100_000)), /baton\/limit: The file holds more than 100,000 values/);
    const list = `- &a [${'x,'.repeat(999)}x]\n`;
    assert.equal(problems(list + '- *a\n'.repeat(98)), '');
    assert.match(problems(list + '- *a\n'.repeat(99)), /Aliases make more than 100,000 values/);
  });

  test('are 1,000 aliases, counting those inside of what they stand for', () => {
    assert.equal(problems(`- &a 1\n${'- *a\n'.repeat(1000)}`), '');
    assert.match(
      problems(`- &a 1\n${'- *a\n'.repeat(1001)}`),
      /baton\/limit: Aliases stand for more than 1,000/,
    );
    assert.match(
      problems(`- &a 1\n- &b [${'*a,'.repeat(99)}*a]\n${'- *b\n'.repeat(10)}`),
      /Aliases stand for more/,
    );
  });

  test('are noticed before a bomb goes off', () => {
    const size = YAML_LIMITS.sizeBytes - 1;
    const bombs = [
      '[',
      '{',
      '- ',
      '? ',
      'a: ',
      '[[],',
      '- a\n',
      'a: b\n',
      '&a ',
      '*a ',
      '!a ',
      '"a" ',
      '- - ',
      '%a\n',
      ']',
      '\n',
      '#\n',
      'a: "\n',
      'x: |\n a\n',
      '"\\',
      "'",
      '<<: ',
      ',',
      '---\n',
    ];
    for (const bomb of bombs) {
      const began = performance.now();
      readYaml(bomb.repeat(Math.ceil(size / bomb.length)).slice(0, size));
      const tookMs = performance.now() - began;
      // Each took under 300 ms when this was measured; a bomb takes minutes.
      assert.ok(tookMs < 30_000, `${JSON.stringify(bomb)} took ${tookMs} ms`);
    }
  });
});

suite('Places inside of scalars', () => {
  /** Every character of the text that is neither blank nor written as an escape stands where it is said to. */
  function checkPlaces(file: string): void {
    const { root, diagnostics } = readYaml(file);
    assert.deepEqual(diagnostics, [], file);
    const visit = (node: YamlNode): void => {
      if (node.kind === 'list') node.items.forEach(visit);
      if (node.kind === 'map') for (const { key, value } of node.entries) [key, value].forEach(visit);
      if (node.kind === 'scalar' && typeof node.value === 'string') checkScalar(node, file);
    };
    if (root !== undefined) visit(root);
  }

  function checkScalar(scalar: YamlScalar, file: string): void {
    const place = scalarOffsets(scalar, file);
    let last = scalar.range.start;
    for (let i = 0; i <= scalar.text.length; i++) {
      const at = place(i);
      assert.ok(at >= last && at <= scalar.range.end, `${JSON.stringify(file)}: ${i} → ${at}`);
      last = at;
      const c = scalar.text[i] ?? ' ';
      if (/\s/.test(c) || file[at] === '\\') continue;
      assert.equal(file[at], c, `${JSON.stringify(file)}: ${i} → ${at}`);
    }
  }

  const samples: Readonly<Record<string, string>> = {
    plain: 'a: b c\n',
    'plain over lines': 'a: b c\n   d\n\n   e\n',
    single: "a: 'it''s  here'\n",
    'single over lines': "a: 'it''s \n\n  here'\n",
    double: 'a: "b \\" \\t c \\u00e9 \\U0001f600 d"\n',
    'double over lines': 'a: "b \\\n   c\n\n   d\\n \n  e"\n',
    literal: 'a: |\n   b\n     c\n\n   d\nx: y\n',
    'literal with all in its header': 'a: |2+ # comment\n     b\n   c\n\n\n',
    folded: 'a: >\n  b\n  c\n\n  d\n    e\n  f\n',
    'folded and stripped': 'a: >-\n\n  b\n\n\n  c\n',
    'of a file from Windows': 'a: |\r\n  b\r\n  c\r\nd: "e\r\n  f"\r\ng: h\r\n  i\r\n',
    tabs: 'a: |\n  \tb\n  c\td\n',
    empty: 'a: ""\nb: |\n\nc: >-\nd: x\n',
  };
  for (const [name, file] of Object.entries(samples)) test(name, () => checkPlaces(file));

  test('are right for any text in any style', () => {
    const word = fc.constantFrom('a', 'b c', 'd  e', '${{ x }}', "it's", 'ü', '😀', 'x:y', '#z');
    const line = fc.array(word, { maxLength: 3 }).map((words) => words.join(' '));
    const lines = fc.array(line, { minLength: 1, maxLength: 5 });
    const style = fc.constantFrom('|', '>', '|-', '>-', '|+', '"', "'");
    fc.assert(
      fc.property(lines, style, fc.constantFrom('\n', '\r\n'), (texts, how, newline) => {
        const body = texts.map((each) => `  ${each}`).join(newline);
        const inner = how === "'" ? body.replaceAll("'", "''") : body;
        const value = how === '"' || how === "'" ? `${how}${inner}${how}` : `${how}${newline}${body}`;
        checkPlaces(`k: ${value}${newline}z: 1${newline}`);
      }),
      { numRuns: 500 },
    );
  });
});
