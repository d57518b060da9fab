import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { evaluateCondition, NotKnown, type Scope } from '../../src/expression/evaluate.ts';
import { truthOf } from '../../src/expression/truth.ts';

const unknown = (): never => {
  throw new NotKnown();
};

const SCOPE: Scope = {
  context: (name) => (name === 'inputs' ? { yes: true, no: false, level: 'high' } : undefined),
  step: unknown,
  status: {
    success: unknown,
    failure: unknown,
    cancelled: unknown,
    none_failed: unknown,
    always: () => true,
  },
  hashFiles: unknown,
};

function truth(text: string): string {
  const found = truthOf(text, SCOPE);
  return found.ok ? String(found.value) : found.error;
}

suite('What is certain of a condition before a run', () => {
  test('is all of it where everything it reads is known', () => {
    assert.equal(truth("inputs.yes && inputs.level == 'high'"), 'true');
    assert.equal(truth('${{ !inputs.yes }}'), 'false');
    assert.equal(truth('always()'), 'true');
  });

  test('is nothing where it asks for what only the run will show', () => {
    for (const text of [
      'success()',
      "steps.a.result == 'skipped'",
      'inputs.yes && failure()',
      "hashFiles('x')",
    ])
      assert.equal(truth(text), 'unknown', text);
  });

  test('is what one side decides, on whichever side it stands', () => {
    assert.equal(truth('success() && inputs.no'), 'false');
    assert.equal(truth("inputs.no && steps.a.outputs.x == 'y'"), 'false');
    assert.equal(truth('failure() || inputs.yes'), 'true');
    assert.equal(truth('!(failure() || (inputs.yes && success()) || inputs.yes)'), 'false');
  });

  test('has a fallback only for what is missing, not for what is unknown', () => {
    assert.equal(truth("default(inputs.other, 'x') == 'x'"), 'true');
    assert.equal(truth("default(steps.a.outputs.x, 'x') == 'x'"), 'unknown');
  });

  test('is an error where it is one for certain', () => {
    assert.match(truth('inputs.other'), /`inputs\.other` has no value/);
    assert.match(truth('inputs.yes && inputs.other'), /`inputs\.other` has no value/);
    assert.match(truth('inputs.'), /cannot be read/);
    assert.equal(truth('success() && inputs.other'), 'unknown');
    assert.equal(truth('inputs.no && inputs.other'), 'false');
  });

  test('never contradicts what the run will find, whatever the unknown turns out to be', () => {
    const leaf = fc.constantFrom('inputs.yes', 'inputs.no', 'success()', 'failure()', 'none_failed()');
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { depthSize: 'small' },
        leaf,
        tie('expression').map((inner) => `!(${inner})`),
        fc
          .tuple(tie('expression'), fc.constantFrom('&&', '||'), tie('expression'))
          .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      ),
    }));
    const facts = fc.record({ success: fc.boolean(), failure: fc.boolean(), none_failed: fc.boolean() });
    fc.assert(
      fc.property(expression, facts, (text, { success, failure, none_failed }) => {
        const certain = truthOf(text, SCOPE);
        if (!certain.ok || certain.value === 'unknown') return;
        const status = {
          success: () => success,
          failure: () => failure,
          none_failed: () => none_failed,
          cancelled: () => false,
          always: () => true,
        };
        assert.deepEqual(evaluateCondition(text, { ...SCOPE, status }), certain);
      }),
      { numRuns: 500 },
    );
  });
});
