import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { suite, test } from 'mocha';
import { bareExpression, hasExpression, splitTemplate } from '../../src/expression/template.ts';

/** Parts one after the other: text as it is, the source of an expression between ‹ ›. */
function split(text: string): string {
  const parts = splitTemplate(text);
  if (!parts.ok)
    return `${parts.error.kind} at ${text.slice(parts.error.range.start, parts.error.range.end)}`;
  return parts.value.map((part) => (part.kind === 'text' ? part.text : `‹${part.source}›`)).join('');
}

suite('A text with expressions in it', () => {
  test('is cut at its braces', () => {
    assert.equal(split('a ${{ b }}${{c}} } d'), 'a ‹ b ›‹c› } d');
    assert.equal(split('plain $ { {{ }} text'), 'plain $ { {{ }} text');
    assert.equal(split(''), '');
  });

  test('does not end an expression at braces inside of quotes', () => {
    assert.equal(split("${{ format('}}{0}''}}', a) }}!"), "‹ format('}}{0}''}}', a) ›!");
    assert.equal(split("${{ '${{' }}"), "‹ '${{' ›");
  });

  test('has a problem where braces are never closed', () => {
    assert.equal(split('a ${{ b'), 'syntax at ${{');
    assert.equal(split("a ${{ b }} ${{ 'c }}"), 'syntax at ${{');
    assert.equal(split('${{ b }'), 'syntax at ${{');
  });

  test('loses nothing: the parts lie end to end, and never throw', () => {
    const text = fc.array(fc.constantFrom('${{', '}}', "'", 'a', '}', '$', '{', '\n'), { maxLength: 20 });
    const holds = fc.property(text, (pieces) => {
      const whole = pieces.join('');
      const parts = splitTemplate(whole);
      if (!parts.ok) return;
      let at = 0;
      for (const part of parts.value) {
        assert.equal(part.range.start, at);
        at = part.range.end;
        if (part.kind === 'expression')
          assert.equal(whole.slice(part.inner.start, part.inner.end), part.source);
      }
      assert.equal(at, whole.length);
      assert.equal(
        parts.value.some(({ kind }) => kind === 'expression'),
        hasExpression(whole),
      );
    });
    fc.assert(holds, { numRuns: 1000 });
  });
});

suite('A condition', () => {
  test('may do without braces, and knows where its source begins', () => {
    assert.deepEqual(bareExpression('always()'), { source: 'always()', offset: 0 });
    assert.deepEqual(bareExpression('  ${{ always() }}\n'), { source: ' always() ', offset: 5 });
    assert.deepEqual(bareExpression('${{ a }} == ${{ b }}'), { source: '${{ a }} == ${{ b }}', offset: 0 });
    assert.deepEqual(bareExpression("${{ '}}' }}"), { source: " '}}' ", offset: 3 });
    assert.deepEqual(bareExpression('${{ a'), { source: '${{ a', offset: 0 });
  });
});
