import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import {
  CallHierarchyIncomingCallsRequest,
  CallHierarchyOutgoingCallsRequest,
  CallHierarchyPrepareRequest,
  CodeActionRequest,
  CompletionRequest,
  DefinitionRequest,
  DocumentSymbolRequest,
  HoverRequest,
  InlayHintRequest,
  ReferencesRequest,
  RenameRequest,
  SemanticTokensRequest,
  SignatureHelpRequest,
  WorkspaceSymbolRequest,
  type CodeAction,
} from 'vscode-languageserver-protocol/node';
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

  test('completes, explains, leads, renames, outlines and mends', async () => {
    const text =
      'name: x\nsteps:\n  build: { run: x }\n  test: { run: x, needs: build }\n  b: { run: x, needs: biuld }\n';
    await client.open('f.workflow.yaml', text);
    await client.diagnostics('f.workflow.yaml', 1);
    const { connection, initialized } = client;
    const textDocument = { uri: client.uri('f.workflow.yaml') };
    const need = { textDocument, position: { line: 3, character: 28 } };
    assert.equal(initialized.capabilities.hoverProvider, true);

    const items = await connection.sendRequest(CompletionRequest.type, need);
    assert.ok(Array.isArray(items) && items.some(({ label }) => label === 'build'));
    const explained = await connection.sendRequest(HoverRequest.type, need);
    assert.match(JSON.stringify(explained?.contents), /\*\*build\*\*/);
    const definition = await connection.sendRequest(DefinitionRequest.type, need);
    assert.deepEqual(definition, {
      uri: textDocument.uri,
      range: { start: { line: 2, character: 2 }, end: { line: 2, character: 7 } },
    });
    const places = await connection.sendRequest(ReferencesRequest.type, {
      ...need,
      context: { includeDeclaration: true },
    });
    assert.equal(places?.length, 2);
    const edit = await connection.sendRequest(RenameRequest.type, { ...need, newName: 'compile' });
    assert.equal(edit?.changes?.[textDocument.uri]?.length, 2);
    await assert.rejects(connection.sendRequest(RenameRequest.type, { ...need, newName: 'test' }), /already/);
    const [steps] = (await connection.sendRequest(DocumentSymbolRequest.type, { textDocument })) ?? [];
    assert.equal(steps?.name, 'steps');
    const [action] =
      (await connection.sendRequest(CodeActionRequest.type, {
        textDocument,
        range: { start: { line: 4, character: 0 }, end: { line: 4, character: 40 } },
        context: { diagnostics: [] },
      })) ?? [];
    assert.match(JSON.stringify(action), /"newText":"build"/);
  });

  test('mends all that is certain, and says things in another way', async () => {
    const text = 'steps:\n  build: { run: x }\n  b: { run: x, needs: biuld, if: true }\n  c: { run: x }\n';
    await client.open('g.workflow.yaml', text);
    const { connection, initialized } = client;
    const textDocument = { uri: client.uri('g.workflow.yaml') };
    const ask = async (line: number, only?: string[]) =>
      ((await connection.sendRequest(CodeActionRequest.type, {
        textDocument,
        range: { start: { line, character: 3 }, end: { line, character: 3 } },
        context: { diagnostics: [], ...(only !== undefined && { only }) },
      })) ?? []) as CodeAction[];
    assert.match(JSON.stringify(initialized.capabilities.codeActionProvider), /source\.fixAll\.baton/);

    const [all, ...others] = await ask(0, ['source.fixAll']);
    assert.equal(others.length, 0);
    assert.deepEqual(
      all?.edit?.changes?.[textDocument.uri]?.map(({ newText }) => newText),
      ['uild'],
    );
    assert.deepEqual(await ask(1, ['refactor']), []);

    await client.change('g.workflow.yaml', 2, text.replace('biuld, if: true', 'build'));
    const offered = await ask(1, ['refactor']);
    assert.deepEqual(
      offered.map(({ title, kind }) => `${kind}: ${title}`),
      [
        'refactor.extract: Extract "build" into a workflow',
        'refactor.rewrite: Surround "build" with a loop',
        'refactor.rewrite: Ask before "build"',
        'refactor.move: Move "build" down',
      ],
    );
    const [made, filled] = offered[0]?.edit?.documentChanges ?? [];
    assert.deepEqual(made, { kind: 'create', uri: client.uri('build.workflow.yaml') });
    assert.match(JSON.stringify(filled), /name: build/);
    const inline = await ask(1, ['refactor.inline']);
    assert.deepEqual(inline, []);
  });

  test('names the parameter that is being written', async () => {
    await client.open('s.workflow.yaml', 'steps:\n  a:\n    run: echo ${{ contains(inputs.x, \n');
    const help = await client.connection.sendRequest(SignatureHelpRequest.type, {
      textDocument: { uri: client.uri('s.workflow.yaml') },
      position: { line: 2, character: 37 },
    });
    assert.equal(help?.signatures[0]?.label, 'contains(search, item)');
    assert.equal(help?.activeParameter, 1);
  });

  test('knows who needs whom, colours names, hints at waves, and finds steps anywhere', async () => {
    const text = 'steps:\n  build: { run: x }\n  test: { run: x, needs: [build, gone] }\n';
    await client.open('h.workflow.yaml', text);
    const { connection } = client;
    const textDocument = { uri: client.uri('h.workflow.yaml') };

    const [build] =
      (await connection.sendRequest(CallHierarchyPrepareRequest.type, {
        textDocument,
        position: { line: 1, character: 4 },
      })) ?? [];
    assert.equal(build?.name, 'build');
    const into = await connection.sendRequest(CallHierarchyIncomingCallsRequest.type, { item: build });
    assert.deepEqual(
      into?.map(({ from, fromRanges }) => [from.name, fromRanges[0]?.start]),
      [['test', { line: 2, character: 26 }]],
    );
    const [call] = into ?? [];
    assert.ok(call);
    const from = await connection.sendRequest(CallHierarchyOutgoingCallsRequest.type, { item: call.from });
    assert.deepEqual(
      from?.map(({ to }) => to.name),
      ['build'],
    );

    const hints = await connection.sendRequest(InlayHintRequest.type, {
      textDocument,
      range: { start: { line: 0, character: 0 }, end: { line: 3, character: 0 } },
    });
    assert.deepEqual(
      hints?.map(({ label }) => label),
      ['wave 1', 'wave 2'],
    );
    const coloured = await connection.sendRequest(SemanticTokensRequest.type, { textDocument });
    assert.equal(coloured?.data.length, 4 * 5);
    await client.diagnostics('h.workflow.yaml', 1);

    fs.writeFileSync(path.join(folder, 'found.workflow.yaml'), 'steps:\n  needle: { run: x }\n');
    const symbols = await connection.sendRequest(WorkspaceSymbolRequest.type, { query: 'needl' });
    assert.deepEqual(
      symbols?.map(({ name }) => name),
      ['needle'],
    );
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
