import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import { analyze, type Analysis } from '../../src/language/analyze.ts';
import { readAnyYaml, readYaml } from '../../src/language/read-yaml.ts';

/** By the processor's time; each took many times as long when it was found. */
function analyzedWithin(mostMs: number, text: string): Analysis {
  const began = process.cpuUsage();
  const analysis = analyze(text);
  const { user, system } = process.cpuUsage(began);
  assert.ok((user + system) / 1000 < mostMs, `it took ${Math.round((user + system) / 1000)} ms`);
  return analysis;
}

/** What the fuzzer found, each as small as it can be. */
suite('Texts that were read wrong once', () => {
  test('an empty value before a comma is nothing, by the short way as by the long', () => {
    for (const text of ['{ a: { b:, c: d } }', 'a: { run: , language: node }\n', 'a: { b:, }']) {
      const short = readYaml(text);
      assert.deepEqual(short, readAnyYaml(text));
      assert.doesNotMatch(JSON.stringify(short), /"value":""/);
    }
  });

  test('blank lines between an empty value and the next key are no long key', () => {
    const text = `a:\n  b:\n${'\n'.repeat(1200)}c: 1\n`;
    assert.deepEqual(readYaml(text), readAnyYaml(text));
    assert.deepEqual(readAnyYaml(text).diagnostics, []);
    const long = `a:\n  b:\n${'\n'.repeat(1200)}${'c'.repeat(1100)}: 1\n`;
    assert.match(readYaml(long).diagnostics[0]?.message ?? '', /at most 1024 characters/);
    assert.deepEqual(readYaml(long), readAnyYaml(long));
  });

  test('a program with a thousand expressions where none may stand is read once, not a thousand times', () => {
    const script = '      console.log(${{ run.attempt }});\n'.repeat(1400);
    const text = `steps:\n  c:\n    language: node\n    script: |\n${script}`;
    assert.equal(analyzedWithin(700, text).diagnostics.length, 1400);
  });

  test('ten thousand brackets that are never closed are told of a few times', () => {
    const text = `steps: ${'['.repeat(22)}a, ~, [b]] }\n`.repeat(1600);
    const { diagnostics } = analyzedWithin(1900, text);
    const unclosed = diagnostics.filter(({ message }) => message.includes('never closed'));
    assert.ok(unclosed.length > 0 && unclosed.length <= 20);
  });
});
