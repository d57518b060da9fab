import { deepEqual, ok } from 'node:assert/strict';
import * as vscode from 'vscode';
import { baton } from './baton.ts';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly default: unknown }>> };
  };
}

suite('Baton in the editor', () => {
  test('is there within a moment', async () => {
    const { activationMs } = await baton();
    console.log(`activate took ${activationMs.toFixed(1)} ms`);
    ok(activationMs < 150, `activate took ${activationMs} ms`);
  });

  test('can carry out every command that it offers', async () => {
    await baton();
    const known = await vscode.commands.getCommands(true);
    const offered = manifest().contributes.commands.map(({ command }) => command);
    deepEqual(
      offered.filter((command) => !known.includes(command)),
      [],
    );
  });

  test('reads every setting with the default that it shows', () => {
    const { properties } = manifest().contributes.configuration;
    for (const [name, { default: shown }] of Object.entries(properties)) {
      deepEqual(vscode.workspace.getConfiguration().get(name), shown, name);
    }
  });
});

function manifest(): Manifest {
  // Ours, and TypeScript cannot see it from here.
  return vscode.extensions.getExtension('baton.baton')?.packageJSON as Manifest;
}
