import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { suite, test } from 'mocha';
import { workspace } from '../cli/cli.ts';
import { CLI } from './built.ts';

const MIB = 1024 * 1024;
const PRINTED = 96 * MIB;
/** An empty run takes about 55. */
const MOST_MIB = 120;

const FILES = {
  'lines.workflow.yaml': `steps: { a: { shell: sh, run: "yes 'some forty characters of a line, or so' | head -c ${PRINTED}; touch done" } }`,
  'whole.workflow.yaml': `steps: { a: { run: "head -c ${PRINTED} /dev/zero | tr '\\\\0' x; touch done" } }`,
};

/** Reads nothing before the step has printed everything; then counts the bytes. */
const LATE_READER = '"$@" | { while ! test -e done; do sleep 0.05; done; wc -c; }';

suite('A step that prints more than its reader takes', function () {
  if (process.platform !== 'linux') return;
  let folder = '';
  let dispose = () => undefined as void;
  setup(() => ({ folder, dispose } = workspace(FILES)));
  teardown(() => dispose());

  for (const name of ['lines', 'whole']) {
    test(`fills no memory, and all of it arrives: ${name}`, async () => {
      const measure = ['--import', path.join(import.meta.dirname, 'measure.js')];
      const command = [process.execPath, ...measure, CLI, 'run', name];
      const child = spawn('bash', ['-c', LATE_READER, 'bash', ...command], {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
      });
      const [counted, measured] = await Promise.all([textOf(child.stdio[1]), textOf(child.stdio[3])]);
      const { peakMiB } = JSON.parse(measured) as { peakMiB: number };
      assert.ok(Number(counted) > PRINTED, `${counted} bytes arrived`);
      assert.ok(peakMiB < MOST_MIB, `It took ${Math.round(peakMiB)} MiB.`);
    });
  }
});

async function textOf(stream: unknown): Promise<string> {
  let text = '';
  for await (const chunk of stream as NodeJS.ReadableStream) text += String(chunk);
  return text;
}
