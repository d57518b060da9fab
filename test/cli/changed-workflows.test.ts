import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import { analyze } from '../../src/language/analyze.ts';
import { fixesAt } from '../../src/language/fixes.ts';
import { refactoringsAt } from '../../src/language/refactorings.ts';
import { withEdits } from '../../src/language/yaml-edits.ts';
import { baton, workspace } from './cli.ts';

const FILE = 'x.workflow.yaml';
const BEFORE = `inputs:
  who: { default: it's me }
env: { GREETING: hello }
steps:
  list:
    run: echo "tag=a b" >> "$BATON_OUTPUT"
  mark:
    needs: list
    run: |
      echo "one" >> seen.txt
      echo "two \${{ inputs.who }}" >> seen.txt
  greet:
    needs: mark
    run: |
      echo "$GREETING \${{ inputs.who }}: \${{ steps.list.outputs.tag }}" >> seen.txt
      echo "said=yes" >> "$BATON_OUTPUT"
  last:
    needs: greet
    run: echo "\${{ steps.greet.outputs.said }} \${{ raw(inputs.who == 'x') }}" >> seen.txt
`;
const SEEN = "one\ntwo it's me\nhello it's me: a b\nyes false\n";

suite('A workflow that was changed at the light bulb', () => {
  for (const { title, at } of [
    { title: 'Extract "greet" into a workflow', at: 'greet:' },
    { title: 'Surround "greet" with a loop', at: 'greet:' },
    { title: 'Turn this command into a step', at: 'echo "two' },
    { title: 'Hand it over in a variable VALUE', at: 'raw(' },
    { title: 'Leave `raw()` out', at: 'raw(' },
  ]) {
    test(`does what it did: ${title}`, async () => {
      const { folder, dispose } = workspace({ [FILE]: BEFORE });
      try {
        change(folder, { title, at });
        const { code, out, err } = await baton(folder, 'run', FILE);
        assert.equal(code, 0, out + err);
        assert.equal(fs.readFileSync(path.join(folder, 'seen.txt'), 'utf8'), SEEN);
      } finally {
        dispose();
      }
    });
  }

  test('does what it did when what was extracted is put back', async () => {
    const { folder, dispose } = workspace({
      [FILE]: BEFORE.replace('env: { GREETING: hello }\n', '').replace('$GREETING', 'hello'),
    });
    try {
      change(folder, { title: 'Extract "greet" into a workflow', at: 'greet:' });
      change(folder, { title: 'Inline the workflow of "greet"', at: 'greet:' });
      assert.doesNotMatch(fs.readFileSync(path.join(folder, FILE), 'utf8'), /workflow:/);
      const { code, out, err } = await baton(folder, 'run', FILE);
      assert.equal(code, 0, out + err);
      assert.equal(fs.readFileSync(path.join(folder, 'seen.txt'), 'utf8'), SEEN);
    } finally {
      dispose();
    }
  });
});

/** Does to the file of a folder what is offered at a text. */
function change(folder: string, { title, at }: { readonly title: string; readonly at: string }): void {
  const file = path.join(folder, FILE);
  const text = fs.readFileSync(file, 'utf8');
  const analysis = analyze(text, { ref: FILE });
  const read = (ref: string) => {
    const other = path.join(folder, ref);
    return fs.existsSync(other) ? analyze(fs.readFileSync(other, 'utf8'), { ref }) : undefined;
  };
  const place = { start: text.indexOf(at) + 1, end: text.indexOf(at) + 1 };
  const reread = (other: string) => analyze(other, { ref: FILE });
  const offered = [
    ...fixesAt(analysis, place, reread).flatMap(({ mends }) => mends),
    ...refactoringsAt(analysis, place, read),
  ];
  const chosen = offered.find((each) => each.title === title);
  assert.ok(chosen, `"${title}" is not among ${offered.map((each) => each.title).join(', ')}`);
  fs.writeFileSync(file, withEdits(text, chosen.edits));
  if ('newFile' in chosen && chosen.newFile !== undefined)
    fs.writeFileSync(path.join(folder, chosen.newFile.ref), chosen.newFile.text);
}
