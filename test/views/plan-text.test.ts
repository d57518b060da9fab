import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import { planOf, type PlanGiven } from '../../src/engine/plan.ts';
import { analyze } from '../../src/language/analyze.ts';
import type { RunPlan } from '../../src/model/run-plan.ts';
import { planText } from '../../src/views/plan-text.ts';

const REVIEW = `name: Review
inputs:
  target: { type: string, default: src }
  strict: { type: boolean, default: false }
  tag: { type: string, required: true }
  token: { type: string, secret: true, required: true }
concurrency: { group: review, limit: 1, when_full: queue }
steps:
  list:
    run: |
      git ls-files \${{ inputs.target }}
      echo done
  scan: { needs: list, for_each: [a, b, c], max_parallel: 2, run: "eslint \${{ item }}" }
  strict: { needs: list, if: inputs.strict, run: make strict }
  alarm: { needs: scan, if: failure(), run: ./alarm.sh }
  quality: { needs: scan, gate: { check: npm run quality } }
  tdd:
    needs: quality
    loop:
      max: 5
      steps:
        write: { agent: { prompt: Make it pass, command: [claude] } }
        test: { needs: write, run: npm test }
  ask: { needs: tdd, gate: { approval: "Publish the fix?" } }
finally:
  tidy: { run: rm -rf .tmp }
`;

const INPUTS: PlanGiven['inputs'] = {
  target: { given: true, value: 'lib' },
  strict: { given: false, value: false },
  tag: { given: false, problem: 'Input "tag" needs a value.' },
  token: { given: false, problem: 'Input "token" needs a value.' },
};

function planFor(text: string, given: Partial<PlanGiven> = {}): RunPlan {
  const { workflow } = analyze(text, { ref: 'review.workflow.yaml' });
  return planOf(workflow, { inputs: INPUTS, parallel: 4, ...given });
}

function shown(plan: RunPlan, page: { colour?: boolean; unicode?: boolean; columns?: number } = {}): string {
  const { colour = false, unicode = true, columns = 100 } = page;
  return planText(plan, { style: { colour, unicode }, columns });
}

const EXPECTED = `Plan of Review  review.workflow.yaml, nothing is run

Baton would refuse to run this today
  \`gate\` steps cannot run yet.

Inputs
  target  lib    given
  strict  false  default
  tag     needs a value (string)
  token   needs a value (secret)

Steps  7 steps in 5 waves, 1 skipped, 1 uncertain, 4 at once
  1  ◆ list         1.2 s  git ls-files \${{ inputs.target }} …
  2  ◆ scan     1 min 5 s  3 items (2 at once)  eslint \${{ item }}
     ○ strict              skipped: its condition is false: inputs.strict
  3  ? alarm               it runs only if failure()  ./alarm.sh
     ◆ quality             gate, checks  npm run quality
  4  ◆ tdd                 at most 5 rounds
       ◆ write             Make it pass
       ◆ test              npm test
  5  ◆ ask                 asks a person: Publish the fix?

Finally  1 step in 1 wave
  1  ◆ tidy  rm -rf .tmp

Expected       more than 1 min 6 s: 2 of 6 steps succeeded before
Critical path  list → scan → quality → tdd → ask, 1 min 6 s
Would ask      ask (the wait is not counted)
Secrets        token
Concurrency    review, 1 run at once, then wait
`;

const took = (p50Ms: number) => ({ runs: 1, p50Ms, p95Ms: p50Ms });

suite('A plan as text', () => {
  test('says what is needed, what would run in which order, and for how long', () => {
    const past = { list: took(1200), scan: took(65_000) };
    const plan = planFor(REVIEW, { past });
    const text = shown({ ...plan, refusals: ['`gate` steps cannot run yet.'] });
    assert.equal(text, EXPECTED);
  });

  test('uses colours only to say again what signs and words say', () => {
    const plan = planFor(REVIEW);
    const coloured = shown(plan, { colour: true });
    // oxlint-disable-next-line no-control-regex -- the escape character is what starts a colour
    assert.equal(coloured.replaceAll(/\u001B\[\d+m/g, ''), shown(plan));
    assert.notEqual(coloured, shown(plan));
  });

  test('does with plain characters, and fits a narrow terminal', () => {
    const text = shown(planFor(REVIEW), { unicode: false, columns: 60 });
    assert.match(text, /^ {2}1 {2}# list /m);
    assert.match(text, /^ {5}- strict /m);
    assert.match(text, /list -> scan -> quality/);
    for (const line of text.split('\n')) assert.ok(line.length < 60, line);
  });

  test('hands nothing to the terminal that it would obey', () => {
    const text = 'name: "a\\e[2Jb"\nsteps: { x: { run: "printf \\e]0;title\\a" } }\n';
    const inputs = { target: { given: true, value: 'a\u001B[31mb\nc' } };
    // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
    assert.doesNotMatch(shown(planFor(text, { inputs })), /[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/);
    assert.match(
      shown(planFor(`inputs: { target: { type: string } }\n${text}`, { inputs })),
      /a \[31mb c {2}given/,
    );
  });

  test('gives a whole time where every step has a past, and none where there is nothing to run', () => {
    const text = 'steps: { a: { run: x }, b: { run: x, needs: a } }\n';
    const past = { a: took(1500), b: took(2500) };
    assert.match(shown(planFor(text, { past })), /Expected +4\.0 s\nCritical path +a → b, 4\.0 s\n$/);
    assert.match(shown(planFor(text)), /Expected +nobody knows: none of these steps has succeeded before/);
    assert.match(shown(planFor(text, { selected: new Set() })), /Expected +nothing would run\n$/);
  });

  test('shortens a long critical path in its middle', () => {
    const ids = Array.from({ length: 20 }, (_, i) => `s${i}`);
    const steps = ids.map((id, i) => `  ${id}: { run: x${i === 0 ? '' : `, needs: s${i - 1}`} }\n`);
    const text = shown(planFor(`steps:\n${steps.join('')}`));
    assert.match(text, /Critical path +s0 → s1 → s2 → s3 → 14 more → s18 → s19\n/);
  });
});
