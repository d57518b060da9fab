import { equal } from 'node:assert/strict';
import { workspace } from 'vscode';

suite('a folder nobody has trusted yet', () => {
  test('is open in Restricted Mode', () => {
    equal(workspace.isTrusted, false);
  });
});
