import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { suite, test } from 'mocha';
import type { Json } from '../../src/base/json.ts';
import { err } from '../../src/base/result.ts';
import { evaluate, evaluateCondition, renderTemplate, type Scope } from '../../src/expression/evaluate.ts';
import { parseExpression } from '../../src/expression/parse.ts';
import { scopeWith } from './scope.ts';

const SCOPE = scopeWith(
  {
    inputs: { target: 'src', Level: 'Low', level: 'high', strict: true, count: 3, none: null },
    env: { CI: 'true' },
    item: { a: [1, 2, { b: 'x' }], 'odd key': 1 },
    item_index: 0,
  },
  {
    scan: {
      outputs: { json: '[{"name":"a"},{"name":"b"},{}]', text: "it's", empty: '' },
      result: 'succeeded',
      items: [
        { key: '0', status: 'succeeded' },
        { key: '1', status: 'failed' },
      ],
    },
  },
);

/** The value as JSON, or the error. */
function value(source: string, scope: Scope = SCOPE): string {
  const parsed = parseExpression(source);
  if (!parsed.ok) assert.fail(`${source}: ${parsed.error.message}`);
  const result = evaluate(parsed.value, scope);
  return result.ok ? JSON.stringify(result.value) : result.error;
}

function render(text: string, scope: Scope = SCOPE): string {
  const result = renderTemplate(text, scope);
  return result.ok ? result.value : `error: ${result.error}`;
}

suite('The value of an expression', () => {
  const VALUES: readonly (readonly [string, Json])[] = [
    ['inputs.target', 'src'],
    ['INPUTS.TARGET', 'src'],
    ['inputs.Level', 'Low'],
    ['inputs.LEVEL', 'Low'],
    ['inputs.level', 'high'],
    ['item.a[2].b', 'x'],
    ["item['odd key']", 1],
    ["item.a['1']", 2],
    ['item.a[item_index]', 1],
    ['steps.scan.result', 'succeeded'],
    ["steps['scan'].outputs.text", "it's"],
    ['steps.scan.items.*.status', ['succeeded', 'failed']],
    ['fromJSON(steps.scan.outputs.json).*.name', ['a', 'b']],
    ["join(fromJSON(steps.scan.outputs.json).*.name, '+')", 'a+b'],
    ["contains(steps.scan.items.*.status, 'FAILED')", true],
    ["'it''s' == steps.scan.outputs.text", true],
    ["'a''b''c'", "a'b'c"],
    ["'SRC' == inputs.target", true],
    ["'1' == 1", true],
    ["'' == 0", true],
    ['null == 0', true],
    ['inputs.none == null', true],
    ["fromJSON('null') == null", true],
    ['item.a == item.a', false],
    ["'b' > 'A'", true],
    ["inputs.strict && 'yes' || 'no'", 'yes'],
    ["!inputs.strict || 'x'", 'x'],
    ["format('{0}{{1}}{1}', 'a', inputs.count)", 'a{1}3'],
    ["startsWith('Hello', 'he') && endsWith('Hello', 'LO')", true],
    ['toJSON(fromJSON(\'{"a":[1]}\'))', '{\n  "a": [\n    1\n  ]\n}'],
    ["hashFiles('a', 'b')", 'hash of a b'],
    ['raw(inputs.target)', 'src'],
    ['success() && !failure()', true],
    ["default(inputs.other, 'x')", 'x'],
    ["default(inputs.none, 'x')", 'x'],
    ["default(steps.scan.outputs.empty, 'x')", ''],
    ["default(fromJSON(steps.scan.outputs.json)[9].name, default(env.NO, 'y'))", 'y'],
    ["default(steps.other.outputs.x, 'z')", 'z'],
    ["default(schedule.nominal_time, 'never')", 'never'],
  ];

  test("follows GitHub's rules", () => {
    for (const [source, expected] of VALUES) assert.equal(value(source), JSON.stringify(expected), source);
  });

  test('is an error that names what is missing', () => {
    const errors: readonly (readonly [string, RegExp])[] = [
      [
        'steps.scan.outputs.files',
        /^`steps\.scan\.outputs\.files` has no value\. The step wrote no such line to \$BATON_OUTPUT\. .*`default\(steps\.scan\.outputs\.files, '…'\)`/,
      ],
      ['inputs.other', /^`inputs\.other` has no value\./],
      ["inputs['odd key']", /^`inputs\['odd key'\]` has no value/],
      ['env.HOME', /Only variables that the workflow declares.*"\$HOME"/],
      ['item.a[3]', /^`item\.a\[3\]` has no value/],
      ['item.a[null]', /has no value/],
      ['item.a.length', /has no value/],
      ['steps.scan.outputs.json.x', /is text: read JSON text with fromJSON/],
      ['inputs.none.x', /is null/],
      ['matrix.os', /`matrix` has no value here.*`matrix`/],
      ['steps.other.result', /no step "other"/],
      ["inputs.other || 'x'", /^`inputs\.other` has no value/],
      ['steps', /cannot be read as a whole/],
      ['toJSON(steps)', /cannot be read as a whole/],
      ['steps.*.result', /one by one/],
      ["fromJSON('{')", /not JSON/],
      ["fromJSON('')", /not JSON/],
      ['fromJSON(item)', /leave fromJSON out/],
      ["format('{1}', 'a')", /^format cannot fill '\{1\}'/],
      ["format('{', 'a')", /^format cannot fill/],
      ["default(fromJSON('{'), 'x')", /not JSON/],
    ];
    for (const [source, expected] of errors) assert.match(value(source), expected, source);
  });

  test('is an error where the place knows no needs and no files', () => {
    const bare: Scope = { context: () => undefined, step: () => undefined };
    assert.match(value('success()', bare), /`success\(\)` cannot be asked here/);
    assert.match(value("hashFiles('a')", bare), /hashFiles` cannot be used here/);
    const failing: Scope = { ...bare, hashFiles: () => err('No file matches "a".') };
    assert.equal(value("hashFiles('a')", failing), 'No file matches "a".');
  });

  test('keeps keys that every object has apart from those that were given', () => {
    for (const key of ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf']) {
      assert.match(value(`inputs.${key}`), /has no value/);
      const text = JSON.stringify({ [key]: { a: 1 } });
      const scope = scopeWith({ inputs: { text: `{"${key}":{"a":1}}` } });
      assert.equal(value(`fromJSON(inputs.text).${key}.a`, scope), '1');
      if (key !== '__proto__') assert.equal(value('fromJSON(inputs.text)', scope), text);
    }
    const scope = scopeWith({ inputs: { text: '{"__proto__":{"polluted":true},"a":1}' } });
    assert.equal(value('fromJSON(inputs.text)', scope), '{"__proto__":{"polluted":true},"a":1}');
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  });

  test('goes through toJSON and fromJSON unchanged', () => {
    const holds = fc.property(fc.jsonValue({ noUnicodeString: false }), (json) => {
      // fast-check's own JSON type is not read-only, but is JSON.
      const scope = scopeWith({ item: JSON.parse(JSON.stringify(json)) as Json });
      assert.equal(value('fromJSON(toJSON(item))', scope), JSON.stringify(json));
    });
    fc.assert(holds, { numRuns: 300 });
  });
});

suite('A condition', () => {
  test("holds by GitHub's idea of truth", () => {
    const holds = (text: string): unknown => {
      const result = evaluateCondition(text, SCOPE);
      return result.ok ? result.value : result.error;
    };
    for (const text of [
      'inputs.strict',
      "'false'",
      '1',
      '${{ always() }}',
      'item',
      ' ${{ inputs.count > 2 }} ',
    ]) {
      assert.equal(holds(text), true, text);
    }
    for (const text of ["''", '0', 'null', 'false', '${{ cancelled() }}', 'NaN'])
      assert.equal(holds(text), false, text);
    assert.match(String(holds('inputs.other')), /`inputs\.other` has no value/);
    assert.match(String(holds('')), /cannot be read: The expression is empty/);
  });
});

suite('A text', () => {
  test('is given every value as text', () => {
    assert.equal(render('no expression'), 'no expression');
    assert.equal(render('${{ inputs.target }}/${{ inputs.count }} ${{ true }}'), 'src/3 true');
    assert.equal(render('${{ item.a }} ${{ item }}'), '[1,2,{"b":"x"}] {"a":[1,2,{"b":"x"}],"odd key":1}');
    assert.equal(render('${{ raw(inputs.target) }}${{ 1e21 }}${{ -0 }}${{ 0.1 }}'), 'src1e+2100.1');
  });

  test('is refused where a value is none', () => {
    assert.match(
      render('${{ inputs.none }}'),
      /^error: `inputs\.none` is null.*`default\(inputs\.none, '…'\)`/,
    );
    assert.match(render('${{ NaN }}'), /^error: `NaN` is NaN/);
    assert.match(render('${{ inputs.other }}'), /^error: `inputs\.other` has no value/);
    assert.match(render('${{ inputs.'), /^error: The expression is never closed/);
    assert.match(render('${{ banana }}'), /^error: `banana` cannot be read/);
  });

  test('is refused where a value is nested beyond what JSON can be written for', () => {
    const depth = 200_000;
    const scope = scopeWith({ inputs: { text: '['.repeat(depth) + ']'.repeat(depth) } });
    for (const source of ['fromJSON(inputs.text)', 'toJSON(fromJSON(inputs.text))']) {
      assert.match(render(`\${{ ${source} }}`, scope), /^error: .*(nested too deeply|cannot be worked out)/);
    }
  });
});
