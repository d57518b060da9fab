import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { suite, test } from 'mocha';
import { CONTEXTS, FUNCTIONS, STATUS_FUNCTIONS } from '../../src/expression/functions.ts';
import { parseExpression, usesStatusFunction, type ParsedExpression } from '../../src/expression/parse.ts';

function parsed(source: string): ParsedExpression {
  const result = parseExpression(source);
  return result.ok ? result.value : assert.fail(`${source}: ${result.error.message}`);
}

/** Every reference: its path, `…` where it goes on, and the text it stands in. */
function references(source: string): readonly string[] {
  return parsed(source).references.map(({ path, complete, range }) => {
    return `${path.join('/')}${complete ? '' : '…'} in ${source.slice(range.start, range.end)}`;
  });
}

/** Its kind, the text it points at, and its message. */
function problem(source: string): string {
  const result = parseExpression(source);
  if (result.ok) assert.fail(`${source} should not be read`);
  const { kind, message, range } = result.error;
  return `${kind} at "${source.slice(range.start, range.end)}": ${message}`;
}

suite('An expression', () => {
  test('tells what it reads, and where that stands', () => {
    assert.deepEqual(references("steps.a.outputs['x'].y == Inputs.Level && item"), [
      "steps/a/outputs/x/y in steps.a.outputs['x'].y",
      'inputs/Level in Inputs.Level',
      'item in item',
    ]);
  });

  test('has paths that end where they are computed', () => {
    assert.deepEqual(references('steps.a.items.*.outputs.x'), ['steps/a/items… in steps.a.items']);
    assert.deepEqual(references('matrix[inputs.axis].name'), [
      'matrix… in matrix',
      'inputs/axis in inputs.axis',
    ]);
    assert.deepEqual(references("steps[ 'a' ].items[0]"), ["steps/a/items/0 in steps[ 'a' ].items[0]"]);
    assert.deepEqual(references('matrix[null]'), ['matrix… in matrix']);
  });

  test('is read through functions, brackets and operators', () => {
    const source = '!contains(fromJSON(steps.a.outputs.list)[item_index].x, (inputs.b))';
    assert.deepEqual(references(source), [
      'steps/a/outputs/list in steps.a.outputs.list',
      'item_index in item_index',
      'inputs/b in inputs.b',
    ]);
    assert.deepEqual(parsed('TOJSON(fromjson(item))').functions, [
      { name: 'toJSON', range: { start: 0, end: 6 } },
      { name: 'fromJSON', range: { start: 7, end: 15 } },
    ]);
  });

  test('may go over several lines', () => {
    const source = "inputs.a ==\n  'x\ny''z' &&\n\tinputs.b";
    assert.deepEqual(references(source), ['inputs/a in inputs.a', 'inputs/b in inputs.b']);
    assert.match(problem("'a\nb' ==\n inputz.a"), /at "inputz"/);
  });

  test('tells whether it asks how needs ended', () => {
    assert.equal(usesStatusFunction(parsed('!CANCELLED() && inputs.a')), true);
    assert.equal(usesStatusFunction(parsed("contains('always()', 'a')")), false);
  });

  test('takes names that every object has for names like any other', () => {
    assert.deepEqual(references('inputs.constructor.__proto__'), [
      'inputs/constructor/__proto__ in inputs.constructor.__proto__',
    ]);
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'case']) {
      assert.match(problem(`${name}('a', 'b', 'c')`), /^unknown-function/);
      assert.match(problem(name), /^unknown-context/);
    }
  });
});

suite('An expression that cannot be read', () => {
  const PROBLEMS: readonly (readonly [string, RegExp])[] = [
    ['', /^syntax at "": The expression is empty/],
    [' \n ', /is empty/],
    ['inputz.a', /^unknown-context at "inputz": .*Did you mean `inputs`\?/],
    ['needs.a.outputs.x', /Did you mean `steps`/],
    ['success', /Did you mean `success\(\)`/],
    ['banana', /`inputs`, `env`, `steps`.*single quotes/],
    ["startWith(item, 'a')", /^unknown-function at "startWith": .*Did you mean `startsWith`\?/],
    ['banana()', /^unknown-function at "banana": .*There are `contains`/],
    ['contains(item)', /^arguments at "contains": `contains` takes more arguments/],
    ['always(1)', /^arguments at "always": `always` takes fewer arguments/],
    ["item == 'a", /^syntax at "'a": The text is never closed/],
    ['item == "a"', /at ""a"": .*single quotes/],
    ['item = 1', /at "=": .*write `==`/],
    ['item & 1', /write `&&`/],
    ['item | 1', /write `\|\|`/],
    ['item and item', /`and` is not expected here. For "and", write `&&`/],
    ['item + 1', /at "\+": .*do not calculate/],
    ['${{ item }}', /One pair of braces/],
    ['item ==', /ends too early, after `==`/],
    ['(item', /ends too early/],
    ['contains(item,', /ends too early/],
    ['item.', /ends too early/],
    ['item)', /at "\)": `\)` is not expected/],
    ['item[', /ends too early/],
    [`${'('.repeat(60)}item`, /nested too deeply/],
    [`${'!'.repeat(60)}item`, /nested too deeply/],
    [Array.from({ length: 300 }, () => '1').join('=='), /compares too often/],
    [`'${'a'.repeat(22_000)}'`, /too long/],
  ];

  test('has a problem in plain words at the right place', () => {
    for (const [source, expected] of PROBLEMS) assert.match(problem(source), expected);
  });

  test('never throws, and always points inside of itself', () => {
    const words = [
      ...CONTEXTS.keys(),
      ...FUNCTIONS.keys(),
      ...Array.from(' \n()[].,!=<>&|*\'"-+'),
      "''",
      '==',
      '0x1',
      'a',
      'é',
      'NaN',
      'true',
      '__proto__',
    ];
    const source = fc.oneof(
      fc.array(fc.constantFrom(...words), { maxLength: 25 }).map((each) => each.join('')),
      fc.string({ unit: 'binary' }),
    );
    const holds = fc.property(source, (each) => {
      const result = parseExpression(each);
      const ranges = result.ok
        ? [...result.value.references, ...result.value.functions].map(({ range }) => range)
        : [result.error.range];
      for (const { start, end } of ranges)
        assert.ok(0 <= start && start <= end && end <= each.length, JSON.stringify(each));
    });
    fc.assert(holds, { numRuns: 3000 });
  });

  test('is read as quickly as it is typed', () => {
    const sources = [
      'steps.scan.outputs.files',
      "steps.test.result == 'succeeded' && inputs.level != 'low'",
      'fromJSON(steps.list.outputs.files)',
    ];
    const start = performance.now();
    for (let i = 0; i < 3000; i++) parseExpression(sources[i % 3] ?? '');
    // 2,000 expressions a keystroke; ten times what is measured, for slow machines.
    assert.ok((performance.now() - start) / 3000 < 0.1);
  });
});

suite('The words of the language', () => {
  test('are described, each once', () => {
    for (const name of STATUS_FUNCTIONS) assert.equal(FUNCTIONS.get(name)?.maxArgs, 0);
    for (const [key, info] of [...FUNCTIONS, ...CONTEXTS]) {
      assert.equal(key, info.name.toLowerCase());
      assert.match(info.summary, /\.$/);
    }
    for (const info of FUNCTIONS.values()) assert.ok(info.signature.startsWith(`${info.name}(`));
  });
});
