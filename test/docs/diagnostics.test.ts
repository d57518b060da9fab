import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import { analyze } from '../../src/language/analyze.ts';
import { CODES, RELIED_UPON } from '../../src/language/codes.ts';

const PAGE = path.resolve(import.meta.dirname, '../../docs/diagnostics.md');

interface Section {
  readonly code: string;
  readonly words: string;
  readonly example: string | undefined;
}

const sections: readonly Section[] = fs
  .readFileSync(PAGE, 'utf8')
  .split(/^## /m)
  .slice(1)
  .map((text) => ({
    code: text.slice(0, text.indexOf('\n')).trim(),
    words: text.slice(text.indexOf('\n')),
    example: /```yaml\n([\s\S]*?)```/.exec(text)?.[1],
  }));

suite('The page about diagnostics', () => {
  test('has every code, in the order of the code, and no other', () => {
    assert.deepEqual(
      sections.map(({ code }) => code),
      Object.keys(CODES),
    );
  });

  for (const { code, example, words } of sections) {
    if (example === undefined) {
      test(`says something about ${code}`, () => assert.ok(words.trim().length > 40));
      continue;
    }
    test(`has an example that raises ${code}, and that can be silenced`, () => {
      const { diagnostics } = analyze(example, { usualMs: 300_000 });
      const found = diagnostics.find((each) => each.code === code);
      assert.ok(found !== undefined, JSON.stringify(diagnostics.map((each) => [each.code, each.message])));
      const start = example.lastIndexOf('\n', found.range.start - 1) + 1;
      const indent = /^ */.exec(example.slice(start))?.[0] ?? '';
      const quiet = `${example.slice(0, start)}${indent}# baton-ignore: ${code.replace('baton/', '')}\n${example.slice(start)}`;
      const after = analyze(quiet);
      const left = after.diagnostics.filter((each) => each.code === code).length;
      assert.ok(left < diagnostics.filter((each) => each.code === code).length);
      if (found.severity === 'error' && RELIED_UPON.has(code)) assert.ok(!after.runnable);
    });
  }
});
