import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { parse, stringify } from 'yaml';
import { analyze, type Analysis } from '../../src/language/analyze.ts';
import { placeIn, rangesOf, shown } from './diagnostics.ts';

const CORPUS = path.resolve(import.meta.dirname, '../corpus');
const TEXTS = fs
  .readdirSync(CORPUS, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => fs.readFileSync(path.join(CORPUS, name), 'utf8'));

/** Whatever the text is: there is an answer, in place, in order, and the same one again. */
function checkSound(text: string): Analysis {
  const analysis = analyze(text);
  for (const { start, end } of rangesOf(analysis)) {
    assert.ok(start >= 0 && start <= end && end <= text.length, `${start}-${end} of ${text.length}`);
  }
  const starts = analysis.diagnostics.map(({ range }) => range.start);
  assert.deepEqual(
    starts,
    starts.toSorted((a, b) => a - b),
  );
  const { workflow } = analysis;
  assert.deepEqual(JSON.parse(JSON.stringify(workflow)), JSON.parse(JSON.stringify(analyze(text).workflow)));
  return analysis;
}

/** `count` steps in a row, each with an expression. */
function chain(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const needs = i === 0 ? '' : `    needs: s${i - 1}\n`;
    return `  s${i}:\n${needs}    env: { N: "${i}" }\n    run: echo \${{ run.id }}\n`;
  });
}

suite('Analysis', () => {
  test('finds a cycle of three among a thousand steps, with every hop', () => {
    const steps = chain(1000);
    steps[500] = (steps[500] ?? '').replace('needs: s499', 'needs: s502');
    const text = `steps:\n${steps.join('')}`;
    const { diagnostics, cycles } = analyze(text);
    assert.deepEqual(cycles, [['s500', 's501', 's502']]);
    assert.equal(
      shown(text, diagnostics),
      [
        '2002:12-16 baton/cycle: These steps wait for each other, so none of them can start: s500 → s502 → s501 → s500. Take one of these needs away.',
        '  2002:12-16 "s500" needs "s502"',
        '  2010:12-16 "s502" needs "s501"',
        '  2006:12-16 "s501" needs "s500"',
      ].join('\n'),
    );
  });

  test('names few of a loop of a thousand, and points at all', () => {
    const text = `steps:\n${chain(1000).join('')}`.replace('s0:\n', 's0:\n    needs: s999\n');
    const [cycle] = analyze(text).diagnostics;
    assert.equal(cycle?.related.length, 1000);
    assert.match(cycle.message, /^.{0,300}s0 → s999 → .* → … \(981 more\) … → .* → s0\. Take/);
  });

  test('gives the last answer for the same text, and a new one for another', () => {
    const last = analyze('steps: { a: { run: x } }', { ref: 'a.yaml', digest: '1' });
    assert.equal(analyze(last.text, { ref: 'a.yaml', digest: '1' }, last), last);
    assert.equal(analyze(last.text, { ref: 'b.yaml', digest: '1' }, last).workflow.name, 'b');
    assert.equal(analyze(last.text, { ref: 'a.yaml', digest: '2' }, last).workflow.digest, '2');
    assert.equal(analyze(`${last.text}\n`, { ref: 'a.yaml', digest: '1' }, last).text, `${last.text}\n`);
  });

  test('knows every place that names a step, and every expression', () => {
    const text = [
      'steps:',
      '  a: { run: x }',
      '  b: { needs: [{ step: a }], run: "${{ steps.a.stdout }}" }',
      '  c: { needs: b, gate: { when: run.id, rewind_to: a } }',
    ].join('\n');
    const { index } = analyze(text);
    const place = placeIn(text);
    assert.deepEqual(
      index.references.map(({ id, kind, range, from }) => `${place(range)} ${from?.id} ${kind} ${id}`),
      ['3:24-25 b needs a', '4:15-16 c needs b', '4:51-52 c rewind a', '3:40-54 b expression a'],
    );
    assert.deepEqual(
      index.expressions.map(({ range, field, step }) => `${place(range)} ${field} ${step?.id}`),
      ['3:39-55 run b', '4:32-38 gate.when c'],
    );
    assert.deepEqual([...index.steps.byId.keys()], ['a', 'b', 'c']);
  });

  test('makes of a random graph in YAML exactly that graph', () => {
    const graphs = fc.integer({ min: 1, max: 15 }).chain((count) => {
      const need = fc.tuple(fc.nat(count - 1), fc.nat(count - 1), fc.constantFrom('needs', 'data', 'both'));
      return fc.tuple(fc.constant(count), fc.array(need, { maxLength: 25 }));
    });
    const layouts = fc.record({
      collectionStyle: fc.constantFrom('block' as const, 'flow' as const, 'any' as const),
      indent: fc.constantFrom(2, 4),
      lineWidth: fc.constantFrom(20, 80),
    });
    fc.assert(
      fc.property(graphs, layouts, ([count, pairs], layout) => {
        const edges = new Map<string, { from: number; to: number; how: string }>();
        for (const [a, b, how] of pairs) {
          if (a !== b)
            edges.set(`${Math.min(a, b)} ${Math.max(a, b)}`, {
              from: Math.min(a, b),
              to: Math.max(a, b),
              how,
            });
        }
        const steps = Array.from({ length: count }, (_, i) => {
          const into = [...edges.values()].filter(({ to }) => to === i);
          const needs = into.flatMap(({ from, how }) => (how === 'data' ? [] : [`s${from}`]));
          const read = into.flatMap(({ from, how }) =>
            how === 'needs' ? [] : [`\${{ steps.s${from}.outputs.x }}`],
          );
          return [
            `s${i}`,
            { ...(needs.length > 0 && { needs }), run: `make ${read.join(' and ')}` },
          ] as const;
        });
        const source = { steps: Object.fromEntries(steps) };
        const text = stringify(source, layout);
        // With narrow lines, the library writes texts that it does not read back.
        fc.pre(JSON.stringify(parse(text)) === JSON.stringify(source));
        const { graph, diagnostics, cycles } = checkSound(text);
        const expected = [...edges.values()].map(
          ({ from, to, how }) => `s${from} ${how === 'data' ? 'data' : 'needs'} s${to}`,
        );
        const found = graph.edges.map(({ from, to, kind }) => `${from} ${kind} ${to}`);
        assert.deepEqual(found.toSorted(), expected.toSorted());
        const loud = diagnostics.filter(({ severity }) => severity !== 'hint');
        assert.deepEqual([loud, cycles], [[], []]);
      }),
      { numRuns: 200 },
    );
  });
});

suite('Analysis of anything at all', () => {
  test('never throws, and stays in the text: the corpus cut off anywhere', function () {
    this.timeout(60_000);
    for (const text of TEXTS) {
      for (let end = 0; end < text.length; end += Math.max(1, Math.floor(text.length / 40))) {
        checkSound(text.slice(0, end));
      }
    }
  });

  test('never throws, and stays in the text: the corpus with random edits', function () {
    this.timeout(60_000);
    const piece = fc.oneof(
      fc.constantFrom(
        ...'{ } [ ] : - # & * ! | > \' " % @ ` , ? ~ \t \n \r'.split(' '),
        '${{',
        '}}',
        '<<: *a',
        ' ',
        '\n  ',
        '\uFEFF',
        '\0',
        '\uD800',
      ),
      fc.constantFrom(
        'steps',
        'needs',
        'loop',
        'run',
        'if',
        'steps.a',
        '__proto__',
        'constructor',
        'toString',
        '&a',
        '*a',
        'null',
        '1e999',
      ),
      fc.string({ maxLength: 3, unit: 'binary' }),
    );
    const edit = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), take: fc.nat(12), put: piece });
    fc.assert(
      fc.property(
        fc.constantFrom(...TEXTS),
        fc.array(edit, { minLength: 1, maxLength: 6 }),
        (text, edits) => {
          let changed = text;
          for (const { at, take, put } of edits) {
            const start = Math.floor(at * changed.length);
            changed = changed.slice(0, start) + put + changed.slice(start + take);
          }
          checkSound(changed);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('never throws: text of no kind', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => void checkSound(text)),
      { numRuns: 1000 },
    );
  });

  test('stays quick where everything is wrong', () => {
    const unknown = chain(1000)
      .join('')
      .replace(/needs: s/g, 'needs: t');
    const keys = `steps:\n  a:\n    run: x\n${Array.from({ length: 5000 }, (_, i) => `    k${i}: x\n`).join('')}`;
    const ignores = `steps:\n${'  # baton-ignore: x\n'.repeat(20_000)}  a: { run: x }\n`;
    const reads = `steps:\n  a:\n    run: >\n${'      ${{ steps.b.outputs.x }} ${{ nope }}\n'.repeat(2000)}`;
    for (const text of [`steps:\n${unknown}`, keys, ignores, reads]) {
      const began = performance.now();
      analyze(text);
      assert.ok(performance.now() - began < 5000, text.slice(0, 80));
    }
  });
});
