import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setup, suite, teardown, test } from 'mocha';
import { hashFiles } from '../../src/project/hash-files.ts';
import { workspace } from '../cli/cli.ts';

let folder = '';
let dispose = () => undefined as void;
setup(
  () =>
    ({ folder, dispose } = workspace({
      'a.txt': 'a',
      'src/b.txt': 'b',
      'src/deep/c.md': 'c',
      '.git/x': 'x',
    })),
);
teardown(() => dispose());

function hash(...patterns: string[]): string {
  const result = hashFiles(folder, patterns);
  return result.ok ? result.value : result.error;
}

suite('hashFiles', () => {
  test('changes with the content of what matches, and with nothing else', () => {
    const before = hash('src/**');
    fs.writeFileSync(path.join(folder, 'a.txt'), 'changed');
    assert.equal(hash('src/**'), before);
    fs.writeFileSync(path.join(folder, 'src/deep/c.md'), 'changed');
    assert.notEqual(hash('src/**'), before);
    assert.equal(hash('./src/**'), hash('src/**'));
  });

  test('takes in what patterns name, and leaves out what they leave out, git and our own', () => {
    const same = (some: readonly string[], others: readonly string[]) =>
      assert.equal(hash(...some), hash(...others));
    same(['**', '!**/*.md'], ['a.txt', 'src/*.txt']);
    same(['**'], ['a.txt', 'src/b.txt', 'src/deep/c.md']);
    assert.equal(hash('none/**'), '');
    assert.equal(hash('.git/x').length, 64);
  });

  test('follows a link that is named, and no other', () => {
    fs.symlinkSync('src/b.txt', path.join(folder, 'link'));
    fs.symlinkSync('src', path.join(folder, 'folder'));
    assert.equal(hash('link'), hash('src/b.txt'));
    assert.equal(hash('*'), hash('a.txt'));
    assert.equal(hash('folder/*.txt'), hash('src/*.txt'));
  });

  test('says what is wrong', () => {
    assert.match(hash('!a.txt'), /needs a pattern of files that it takes in/);
    assert.match(hash('../x'), /"\.\.\/x" leads out of it/);
    assert.match(hash('/etc/hosts'), /leads out of it/);
    fs.chmodSync(path.join(folder, 'a.txt'), 0);
    if (process.getuid?.() !== 0) assert.match(hash('a.txt'), /cannot read a file/);
  });
});
