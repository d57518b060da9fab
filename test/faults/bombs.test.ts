import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import { workspace } from '../cli/cli.ts';
import { runIds, startBuilt } from './built.ts';
import { LONG } from './long.ts';

const MIB = 1024 * 1024;
/** Above what a file of one step takes. The goal is 200 ms; the rest is for a machine that does much else. */
const MOST_CPU_MS = 1_000;
const MOST_MIB = 100;

/** As much of a text as still has the size that a file may have (rule F1). */
function full(piece: string, { before = '', after = '' } = {}): string {
  return before + piece.repeat(Math.floor((MIB - before.length - after.length) / piece.length)) + after;
}

function lines(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => line(i)).join('');
}

/** Texts that would take memory or time out of all proportion, and what is said of them. */
const BOMBS: Readonly<Record<string, { readonly text: () => string; readonly says: RegExp }>> = {
  'a billion laughs': {
    text: () =>
      `a0: &a0 [${'lol,'.repeat(9)}]\n` +
      lines(60, (i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]\n`),
    says: /Aliases (stand for|make) more than/,
  },
  'a billion laughs by merging': {
    text: () =>
      `a0: &a0 {x: 1}\n` + lines(2000, (i) => `a${i + 1}: &a${i + 1} {<<: [${`*a${i},`.repeat(9)}]}\n`),
    says: /Aliases (stand for|make) more than/,
  },
  'a million keys': { text: () => lines(1_000_000, (i) => `${i}:\n`), says: /larger than 1 MiB/ },
  'as many keys as there is room for': { text: () => full('a:\n'), says: /more than 100,000 values/ },
  'as many keys in braces': {
    text: () => full('a,', { before: '{', after: '}' }),
    says: /more than 100,000 values/,
  },
  'a hundred thousand levels of brackets': { text: () => '['.repeat(100_000), says: /more than 64 deep/ },
  'a hundred thousand levels of braces': {
    text: () => '{a: '.repeat(100_000),
    says: /more than (64 deep|100,000)/,
  },
  'a thousand levels by indentation': {
    text: () => lines(1000, (i) => `${' '.repeat(i)}a:\n`),
    says: /more than 64 deep/,
  },
  'levels by dashes': { text: () => full('- '), says: /more than (64 deep|100,000)/ },
  'sixty levels, again and again': {
    text: () => full(`steps: ${'['.repeat(60)}\n`),
    says: /more than 100,000 values/,
  },
  'a hundred thousand anchors': {
    text: () => lines(100_001, (i) => `- &${i.toString(36)}\n`),
    says: /more than 100,000 values/,
  },
  'a hundred thousand aliases': {
    text: () => full('*a,', { before: 'a: &a x\nb: [', after: ']' }),
    says: /more than 1,000/,
  },
  'a scalar of 100 MB': {
    text: () => `steps: { a: { run: "${'x'.repeat(100e6)}" } }`,
    says: /larger than 1 MiB/,
  },
  '100 MB of one line break each': { text: () => '\n'.repeat(100e6), says: /larger than 1 MiB/ },
  'an expression as deep as the file is long': {
    text: () => `steps: { a: { if: "${'('.repeat(500_000)}1${')'.repeat(500_000)}", run: x } }`,
    says: /error/,
  },
  'an expression as long as the file': {
    text: () => full('a||', { before: 'steps: { a: { run: x, if: "', after: 'a" } }' }),
    says: /error/,
  },
};

interface Used {
  readonly cpuMs: number;
  readonly peakMiB: number;
}

suite('Files that are bombs', function () {
  let folder = '';
  let dispose = () => undefined as void;
  let least: Record<string, Used> = {};

  suiteSetup(async () => {
    ({ folder, dispose } = workspace({ 'small.workflow.yaml': 'steps: { a: { run: "true" } }' }));
    least = {
      lint: await used('lint', 'small.workflow.yaml', 0),
      run: await used('run', 'small.workflow.yaml', 0),
    };
    fs.rmSync(path.join(folder, '.baton'), { recursive: true });
  });
  suiteTeardown(() => dispose());

  async function used(command: string, name: string, code: number, says = /(?:)/): Promise<Used> {
    const runner = startBuilt({
      folder,
      args: [command, name],
      nodeArgs: ['--import', path.join(import.meta.dirname, 'measure.js')],
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    let measured = '';
    const pipe = runner.child.stdio[3] as NodeJS.ReadableStream; // asked for as a pipe
    pipe.on('data', (chunk: Buffer) => (measured += chunk.toString()));
    const ended = await runner.ended;
    assert.equal(ended.code, code, ended.err);
    assert.match(ended.out + ended.err, says);
    return JSON.parse(measured) as Used;
  }

  for (const [name, { text, says }] of Object.entries(BOMBS)) {
    test(`are refused before they go off: ${name}`, async () => {
      const file = path.join(folder, 'bomb.workflow.yaml');
      fs.writeFileSync(file, text());
      for (const command of LONG || fs.statSync(file).size > MIB ? ['lint', 'run'] : ['lint']) {
        const { cpuMs, peakMiB } = await used(command, 'bomb.workflow.yaml', 2, says);
        const moreMs = cpuMs - (least[command]?.cpuMs ?? 0);
        if (LONG) console.log(`      ${command}: ${Math.round(moreMs)} ms more, ${Math.round(peakMiB)} MiB`);
        assert.ok(peakMiB < MOST_MIB, `${command} took ${Math.round(peakMiB)} MiB`);
        assert.ok(moreMs < MOST_CPU_MS, `${command} took ${Math.round(moreMs)} ms`);
      }
      assert.deepEqual(runIds(folder), []);
    });
  }

  test('may be no files at all: a pipe, a device, a folder, a link in a circle', async function () {
    if (process.platform === 'win32') return this.skip();
    execFileSync('mkfifo', [path.join(folder, 'pipe.workflow.yaml')]);
    fs.mkdirSync(path.join(folder, 'folder.workflow.yaml'));
    fs.symlinkSync('/dev/zero', path.join(folder, 'zero.workflow.yaml'));
    fs.symlinkSync('circle.workflow.yaml', path.join(folder, 'circle.workflow.yaml'));
    fs.rmSync(path.join(folder, 'bomb.workflow.yaml'));
    for (const name of ['pipe', 'zero']) await used('lint', `${name}.workflow.yaml`, 2, /is not a file/);
    await used('lint', 'circle.workflow.yaml', 2, /There is no file|cannot be read|ELOOP/);
    for (const name of ['pipe', 'zero', 'circle', 'folder']) await used('run', `${name}.workflow.yaml`, 2);
    assert.equal((await startBuilt({ folder, args: ['list'] }).ended).code, 0);
    assert.equal((await startBuilt({ folder, args: ['run', 'small'] }).ended).code, 0);
  });
}).timeout(60_000);
