import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import { parseGrammarTestCase, runGrammarTestCase } from 'vscode-tmgrammar-test/dist/unit/index.js';
import { readYaml } from '../../src/language/read-yaml.ts';
import { allFiles } from '../language/corpus-files.ts';
import { registry } from './grammars.ts';

const OURS = registry({ ours: true });
const BARE = registry({ ours: false });
const NESTING = / meta\.(?!embedded)[\w.]+/g;

suite('The colours of a workflow', () => {
  for (const [file, sentence] of [
    ['programs.yaml', 'are for programs those of their languages'],
    ['expressions.yaml', 'show the expressions inside of programs'],
  ] as const) {
    test(sentence, async () => {
      const text = readFileSync(path.join(import.meta.dirname, file), 'utf8');
      const failures = await runGrammarTestCase(OURS, parseGrammarTestCase(text));
      const told = failures.map(({ line, missing, unexpected, actual }) => ({
        line: line + 1,
        missing,
        unexpected,
        actual,
      }));
      assert.deepEqual(told, []);
    });
  }
});

/** Files of other programs that have steps, runs and scripts in them. */
const OTHERS: Readonly<Record<string, string>> = {
  'GitHub Actions': `on: push
env:
  A: \${{ github.sha }}
jobs:
  build:
    steps:
      - run: |
          echo "a" \${{ steps.a.outputs.b }}
        shell: pwsh
`,
  'an action of GitHub': `runs:
  using: composite
  steps:
    - run: echo
      shell: bash
`,
  'Azure Pipelines': `steps:
- script: echo \${{ parameters.a }}
- bash: |
    echo
  env:
    script: echo
`,
  'Azure Pipelines, indented': `steps:
  - script: |
      echo \${{ parameters.a }}
  - task: X@1
    inputs:
      script: echo
      run: echo
`,
  'GitLab CI': `steps:
  stage: test
  script:
    - echo
  rules:
    - if: $A
`,
  Codefresh: `version: '1.0'
steps:
  build:
    title: \${{CF_BRANCH}}
    image: \${{steps.a.image}}
    commands:
      - echo
`,
  Woodpecker: `steps:
  build:
    image: golang
    commands:
      - echo "a"
`,
  'a chart of words': `name: x
run: |
  echo
script: echo
nested:
  steps:
    a:
      run: echo \${{ inputs.a }}
finally: echo
`,
  'a broken file': `steps:
  a
    run: |
 - [ {
 "x
`,
};

suite('Other YAML', () => {
  for (const [name, text] of Object.entries(OTHERS)) {
    test(`keeps its colours: ${name}`, async () => {
      assert.deepEqual(await colours(text, OURS), await colours(text, BARE));
    });
  }

  test('keeps them outside of programs: every line of every workflow', async () => {
    for (const text of allFiles()) {
      // What is no YAML has no right colours.
      if (readYaml(text).diagnostics.length > 0) continue;
      const changed = await colours(text, OURS);
      const plain = await colours(text, BARE);
      for (const [i, line] of changed.entries()) {
        const isProgram =
          line.includes('meta.embedded') || /^ *(run|script|check) *:/.test(text.split('\n')[i] ?? '');
        // A comment behind a program belongs to the map, not to the value before it: no theme tells these apart.
        if (!isProgram) assert.equal(line.replaceAll(NESTING, ''), plain[i]?.replaceAll(NESTING, ''));
      }
    }
  });
});

/** For each line its pieces with their scopes; but for those that only mark a place, which no theme has a colour for. */
async function colours(text: string, from: ReturnType<typeof registry>): Promise<readonly string[]> {
  const grammar = await from.loadGrammar('source.yaml');
  assert.ok(grammar);
  let stack: Parameters<typeof grammar.tokenizeLine>[1] = null;
  return text.split('\n').map((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, stack);
    stack = ruleStack;
    const pieces = tokens.map(({ startIndex, endIndex, scopes }) => {
      const told = scopes.filter((scope) => !/^meta\.\w+\.baton$/.test(scope));
      return `${line.slice(startIndex, endIndex)}: ${told.join(' ')}`;
    });
    return pieces.join('\n');
  });
}
