import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import {
  fingerprintOf,
  partsOf,
  type CachedAssignment,
  type FingerprintParts,
} from '../../../src/project/cache/fingerprint.ts';
import { DEFAULT_STOP } from '../../../src/model/workflow.ts';

// Few words, with all that joins and quotes in them, so that two random parts are often the same and often nearly so.
const word = fc.constantFrom('', 'a', 'b', 'a b', 'a","b', '["a"]', '\n', '\uD800', 'ä', '__proto__');
const shell = fc.constantFrom('bash' as const, 'sh' as const);

const program: fc.Arbitrary<FingerprintParts['program']> = fc.oneof(
  fc.array(word, { maxLength: 3 }).map((argv) => ({ kind: 'run', with: { argv } }) as const),
  word.map((text) => ({ kind: 'run', with: { text } }) as const),
  fc.tuple(word, shell).map(([text, shell]) => ({ kind: 'run', with: { text, shell } }) as const),
  fc.tuple(word, word).map(([text, language]) => ({ kind: 'script', with: { text, language } }) as const),
);

const pairs = fc.uniqueArray(fc.tuple(word, word), { maxLength: 3, selector: ([name]) => name });

const parts: fc.Arbitrary<FingerprintParts> = fc.record(
  {
    program,
    platform: word,
    env: pairs.map((entries) => Object.fromEntries(entries)),
    cwd: word,
    key: word,
    dotenv: fc.array(word, { maxLength: 2 }),
    inputs: pairs.map((entries) => new Map(entries)),
    outputs: fc.array(word, { maxLength: 2 }),
  },
  { noNullPrototype: true, requiredKeys: ['program', 'platform', 'env', 'dotenv', 'inputs', 'outputs'] },
);

const FIELDS = ['program', 'platform', 'env', 'cwd', 'key', 'dotenv', 'inputs', 'outputs'] as const;

/** The first with one part of the second. */
function withPart(
  a: FingerprintParts,
  b: FingerprintParts,
  field: (typeof FIELDS)[number],
): FingerprintParts {
  const entries = FIELDS.flatMap((each) => {
    const from = each === field ? b : a;
    return each in from ? [[each, from[each]] as const] : [];
  });
  return Object.fromEntries(entries) as unknown as FingerprintParts; // each part is that of one of them
}

suite('A fingerprint', () => {
  test('is another one when any part is, and only then', () =>
    fc.assert(
      fc.property(parts, parts, fc.constantFrom(...FIELDS), (a, b, field) => {
        const mixed = withPart(a, b, field);
        assert.equal(fingerprintOf(a) === fingerprintOf(mixed), isDeepStrictEqual(a, mixed));
      }),
      { numRuns: 2000 },
    ));

  test('does not depend on the order of variables or files', () =>
    fc.assert(
      fc.property(parts, (a) => {
        const turned = {
          ...a,
          env: Object.fromEntries(Object.entries(a.env).toReversed()),
          inputs: new Map([...a.inputs].toReversed()),
        };
        assert.equal(fingerprintOf(turned), fingerprintOf(a));
      }),
    ));

  const assignment: CachedAssignment = {
    run: 'r1',
    step: 'build',
    attempt: 1,
    kind: 'run',
    with: { text: 'make "${BATON_VALUE_1}"' },
    env: { BATON_VALUE_1: 'x', CI: '1', BATON_RUN_ID: 'r1', BATON_STEP: 'build', BATON_ATTEMPT: '1' },
    dotenv: [],
    stop: DEFAULT_STOP,
    keepStdout: false,
    cache: { inputs: [], outputs: [] },
  };
  const print = (more: Partial<CachedAssignment>, values = '/p/.baton/runs/r1/values') =>
    fingerprintOf({
      ...partsOf({ ...assignment, ...more } as CachedAssignment, { values }), // the same kind, with other fields
      dotenv: [],
      inputs: new Map(),
    });

  test('is that of the work, not of the attempt', () => {
    const env = { ...assignment.env, BATON_RUN_ID: 'r2', BATON_STEP: 'other', BATON_ATTEMPT: '7' };
    const more = { run: 'r2', step: 'other', attempt: 7, env, timeoutMs: 5, keepStdout: true };
    assert.equal(print(more), print({}));
  });

  test('holds what expressions became', () => {
    assert.notEqual(print({ env: { ...assignment.env, BATON_VALUE_1: 'y' } }), print({}));
  });

  test('does not see in which run a large value was written to a file, but which value', () => {
    const file = (run: string, name: string) => ({
      env: { ...assignment.env, BATON_VALUE_1: `/p/.baton/runs/${run}/values/${name}` },
    });
    assert.equal(print(file('r1', 'abc.txt')), print(file('r2', 'abc.txt'), '/p/.baton/runs/r2/values'));
    assert.notEqual(print(file('r1', 'abc.txt')), print(file('r2', 'abd.txt'), '/p/.baton/runs/r2/values'));
  });
});
