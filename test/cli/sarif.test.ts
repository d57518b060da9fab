import assert from 'node:assert/strict';
import { test } from 'mocha';
import { baton, workspace } from './cli.ts';

interface Sarif {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly message: { readonly text: string };
      readonly locations: readonly {
        readonly physicalLocation: {
          readonly artifactLocation: { readonly uri: string };
          readonly region: object;
        };
      }[];
    }[];
  }[];
}

test('Lint speaks the language of code scanning', async () => {
  const { folder, dispose } = workspace({
    'a b.workflow.yaml': 'steps:\n  a: { run: x, needs: b }\n',
    'fine.workflow.yaml': 'steps: { a: { run: x } }\n',
  });
  const { code, out } = await baton(folder, 'lint', '--format', 'sarif');
  assert.equal(code, 2);
  const { version, runs } = JSON.parse(out) as Sarif;
  assert.equal(version, '2.1.0');
  const [run] = runs;
  const [result, ...others] = run?.results ?? [];
  assert.deepEqual(others, []);
  assert.equal(result?.ruleId, 'baton/unknown-step');
  assert.equal(run?.tool.driver.rules[result.ruleIndex]?.id, result.ruleId);
  assert.equal(result.level, 'error');
  assert.match(result.message.text, /"b"/);
  assert.deepEqual(result.locations[0]?.physicalLocation, {
    artifactLocation: { uri: 'a%20b.workflow.yaml' },
    region: { startLine: 2, startColumn: 23, endLine: 2, endColumn: 24 },
  });
  dispose();
});
