import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'mocha';
import { refFrom, refTo } from '../../src/model/ref.ts';

test('A path from one file to another leads to it', () => {
  assert.equal(refTo('a/b/x.yaml', 'a/c/y.yaml'), '../c/y.yaml');
  assert.equal(refTo('x.yaml', 'ci/y.yaml'), 'ci/y.yaml');
  const ref = fc
    .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join('/'));
  fc.assert(fc.property(ref, ref, (file, other) => assert.equal(refFrom(file, refTo(file, other)), other)));
});
