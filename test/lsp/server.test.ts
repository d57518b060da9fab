import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import { baton, workspace } from '../cli/cli.ts';
import { Client } from './client.ts';

const CYCLE = `steps:
  a: { needs: b, run: x }
  b: { needs: a, run: x }
`;

suite('The language server', function () {
  let folder = '';
  let dispose = () => undefined as void;
  let client: Client;
  setup(async () => {
    ({ folder, dispose } = workspace({
      'child.workflow.yaml': 'inputs: { tag: { required: true } }\nsteps: { a: { run: x } }\n',
    }));
    client = await Client.start(folder);
  });
  teardown(async () => {
    assert.equal(await client.stop(), 0);
    dispose();
  });

  test('says of a file what `baton lint` says of it', async () => {
    fs.writeFileSync(path.join(folder, 'cycle.workflow.yaml'), CYCLE);
    await client.open('cycle.workflow.yaml', CYCLE);
    const { diagnostics } = await client.diagnostics('cycle.workflow.yaml', 1);
    const [file] = JSON.parse((await baton(folder, 'lint', 'cycle.workflow.yaml', '--json')).out) as {
      diagnostics: { code: string; message: string; range: object }[];
    }[];
    assert.ok(diagnostics.length > 0);
    assert.deepEqual(
      diagnostics.map(({ code, message, range }) => ({ code, message, range })),
      file?.diagnostics.map(({ code, message, range }) => ({ code, message, range })),
    );
  });

  test('follows the text while it is typed', async () => {
    await client.open('x.workflow.yaml', 'steps: { a: { run: x, needs: b } }\n');
    const { diagnostics } = await client.diagnostics('x.workflow.yaml', 1);
    assert.match(JSON.stringify(diagnostics[0]?.message), /b/);
    await client.change('x.workflow.yaml', 2, 'steps: { a: { run: x } }\n');
    assert.deepEqual((await client.diagnostics('x.workflow.yaml', 2)).diagnostics, []);
  });

  test('knows the workflows that a workflow runs', async () => {
    await client.open('p.workflow.yaml', 'steps: { a: { workflow: child.workflow.yaml } }\n');
    const { diagnostics } = await client.diagnostics('p.workflow.yaml', 1);
    assert.match(JSON.stringify(diagnostics[0]?.message), /tag/);
  });

  test('leaves every other YAML alone', async () => {
    await client.open('compose.yaml', 'steps: { a: { needs: b } }\n');
    await client.open('y.workflow.yaml', 'steps: {}\n');
    assert.ok((await client.diagnostics('y.workflow.yaml', 1)).diagnostics.length > 0);
    await assert.rejects(
      Promise.race([client.diagnostics('compose.yaml', 1), Promise.reject(new Error('nothing was said'))]),
      /nothing was said/,
    );
  });
});
