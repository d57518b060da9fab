import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { suite, test } from 'mocha';
import { readOutputs } from '../../src/executors/outputs.ts';

suite('What a step publishes', () => {
  let folder = '';
  setup(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-outputs-'))));
  teardown(() => fs.rmSync(folder, { recursive: true, force: true }));

  const read = (bytes: string | Uint8Array, mask?: (text: string) => string) => {
    const file = path.join(folder, 'output');
    fs.writeFileSync(file, bytes);
    return readOutputs(file, { folder: path.join(folder, 'values'), name: 'a.1', mask });
  };

  test('is lines of names and values, and blocks between delimiters; the last value of a name counts', () => {
    const read1 = read('a=1\r\nb<<END\none\n=two\nEND\n\na=x=y\nempty=\n');
    assert.ok(read1.ok);
    assert.deepEqual({ ...read1.value.outputs }, { a: 'x=y', b: 'one\n=two', empty: '' });
  });

  test('is UTF-8 and nothing else', () => {
    const wrong = read(Buffer.from([0x61, 0x3d, 0xff, 0x0a]));
    assert.deepEqual(wrong, { ok: false, error: '$BATON_OUTPUT is not UTF-8 text' });
  });

  test('stays in the journal up to 256 KiB, and is kept as a file above', () => {
    const small = 'x'.repeat(256 * 1024);
    const fits = read(`a=${small}\n`);
    assert.ok(fits.ok && fits.value.large === undefined);
    const above = read(`a=${small}y\nb=1\n`);
    assert.ok(above.ok);
    assert.deepEqual({ ...above.value.outputs }, { b: '1' });
    assert.deepEqual({ ...above.value.large }, { a: { file: 'a.1.1.txt', bytes: 256 * 1024 + 1 } });
    assert.equal(fs.readFileSync(path.join(folder, 'values/a.1.1.txt'), 'utf8'), `${small}y`);
  });

  test('is refused above 64 MiB, with what to do instead', () => {
    const tooLarge = read(`a=${'x'.repeat(64 * 1024 * 1024 + 1)}\n`);
    assert.match(
      tooLarge.ok ? '' : tooLarge.error,
      /output "a" is larger than 64 MiB: publish the path of a file/,
    );
  });

  test('holds no secret, not even in its files', () => {
    const hidden = read(`a=${'x'.repeat(300_000)}hush\nb=hush\n`, (text) => text.replaceAll('hush', '***'));
    assert.ok(hidden.ok);
    assert.equal(hidden.value.outputs['b'], '***');
    assert.match(fs.readFileSync(path.join(folder, 'values/a.1.1.txt'), 'utf8'), /\*\*\*$/);
  });
});
