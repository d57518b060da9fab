import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import { analyze } from '../../src/language/analyze.ts';
import { resolveInputs } from '../../src/project/inputs.ts';

const { workflow } = analyze(`inputs:
  target: { default: src }
  count: { type: number }
  strict: { type: boolean, default: false }
  level: { enum: [low, high], required: true }
steps: { a: { run: x } }
`);

function resolve(given: Record<string, string | number | boolean>): unknown {
  const resolved = resolveInputs(workflow, given);
  return resolved.ok ? { ...resolved.value } : resolved.error.map(({ message }) => message);
}

suite('Inputs', () => {
  test('take defaults, and become what they are declared as', () => {
    assert.deepEqual(resolve({ level: 'low', count: '3', strict: 'true' }), {
      target: 'src',
      count: 3,
      strict: true,
      level: 'low',
    });
  });

  test('that nobody gave and nobody needs are left out', () => {
    assert.deepEqual(resolve({ level: 'high' }), { target: 'src', strict: false, level: 'high' });
  });

  test('that are wrong are told of, all at once', () => {
    assert.deepEqual(resolve({ levle: 'low', count: 'many', strict: 'maybe', target: 'a\0b' }), [
      'The workflow has no input "levle". Did you mean "level"?',
      'Input "target" holds a NUL character, which no program can be given.',
      'Input "count" must be a number; it is "many".',
      'Input "strict" must be true or false; it is "maybe".',
      'Input "level" needs a value.',
    ]);
    assert.deepEqual(resolve({ level: 'middle' }), [
      'Input "level" must be one of low, high; it is "middle".',
    ]);
  });

  test('named like properties of objects are names like others', () => {
    assert.deepEqual(resolve({ level: 'low', toString: 'x' }), [
      'The workflow has no input "toString". It takes: target, count, strict, level.',
    ]);
  });
});
