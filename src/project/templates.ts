import { AGENT_REVIEW, BACKUP, NODE, PYTHON, RELEASE } from './stack-templates.ts';

/** A workflow to begin with: it runs as it stands, and says in comments where one's own commands go. */
export interface Template {
  readonly id: TemplateId;
  /** What it is, in a few words. */
  readonly detail: string;
  /** All after the name. */
  readonly body: string;
}

export type TemplateId =
  | 'start'
  | 'pipeline'
  | 'fan-out'
  | 'fan-in'
  | 'gate'
  | 'approval'
  | 'tdd'
  | 'node'
  | 'python'
  | 'release'
  | 'backup'
  | 'agent-review';

const START = `description: What this workflow is for, in one sentence.

inputs:
  who: { type: string, default: world, description: Whom to greet }

steps:
  prepare:
    run: echo "getting ready"

  # These two need only "prepare", so they run at the same time.
  greet:
    needs: prepare
    run: echo hello \${{ inputs.who }}
  check:
    needs: prepare
    run: echo "everything is in order"

  # This one waits for both.
  finish:
    needs: [greet, check]
    run: echo "done"
`;

const PIPELINE = `description: Steps in a row. Each begins when the one before it has succeeded, and can use what it gave out.

steps:
  build:
    run: |
      echo "building"
      echo "version=1.0.0" >> "$BATON_OUTPUT"

  test:
    needs: build
    timeout: 10m
    run: echo "testing version" \${{ steps.build.outputs.version }}

  publish:
    needs: test
    # Tried again where the network may be at fault.
    retry: { max: 2, delay: 5s }
    run: echo "publishing version" \${{ steps.build.outputs.version }}
`;

const FAN_OUT = `description: One step for every item of a list, several at a time, and one for every combination of a matrix.

steps:
  # An item that fails leaves the others alone; the step has failed then.
  each:
    for_each: [first, second, third]
    max_parallel: 2
    run: echo "working on" \${{ item }}

  combinations:
    matrix:
      system: [linux, macos, windows]
      version: [20, 22]
      exclude: [{ system: windows, version: 20 }]
    run: echo "checking version" \${{ matrix.version }} on \${{ matrix.system }}
`;

const FAN_IN = `description: Steps that run side by side, and one that waits for all of them and sees what each gave out.

steps:
  lint:
    run: echo "problems=0" >> "$BATON_OUTPUT"

  parts:
    for_each: [api, web, docs]
    run: |
      echo "testing the" \${{ item }}
      echo "passed=12" >> "$BATON_OUTPUT"

  # \`!cancelled()\`: the report is written whatever became of them.
  report:
    needs: [lint, parts]
    if: '!cancelled()'
    env:
      # One entry for each item, in the order of the list: key, status, outputs.
      ITEMS: \${{ toJSON(steps.parts.items) }}
    run: |
      echo "lint:" \${{ steps.lint.result }}, problems: \${{ default(steps.lint.outputs.problems, 'unknown') }}
      echo "parts: $ITEMS"
`;

const GATE = `description: A check that sends the run back until the work is good enough.

steps:
  draft:
    run: |
      echo x >> .draft
      echo "draft number $(wc -l < .draft)"

  # Exit code 0 lets the run pass; anything else goes back to "draft", at most five times.
  quality:
    needs: draft
    gate:
      check: test "$(wc -l < .draft)" -ge 3
      rewind_to: draft
      max: 5

  publish:
    needs: quality
    run: echo "good enough"

# These run at the end, whatever happened.
finally:
  tidy:
    run: rm -f .draft
`;

const APPROVAL = `description: A person decides whether the run goes on.

steps:
  build:
    run: echo "ready to go"

  # The run waits here, also while the editor is closed, until somebody answers: in the editor, or with
  # \`baton answer <run> sign_off approve\`.
  sign_off:
    needs: build
    gate:
      approval: Shall this be published?
      timeout: 2d
      on_timeout: reject

  publish:
    needs: sign_off
    run: echo "published, as" \${{ steps.sign_off.outputs.by }} "said"
`;

const TDD = `description: Write until the tests are green, at most five rounds.

steps:
  tdd:
    loop:
      max: 5
      until: steps.test.outcome == 'succeeded'
      steps:
        write:
          run: echo "round" \${{ loop.round }} "of" \${{ loop.max }}
        test:
          needs: write
          # A red test ends the round, not the run.
          continue_on_error: true
          # Put your tests here: npm test, pytest, go test …
          run: test \${{ loop.round }} -ge 2

  ship:
    needs: tdd
    run: echo "green"
`;

export const TEMPLATES: readonly Template[] = [
  { id: 'start', detail: 'A first workflow: an input, four steps, two of them side by side', body: START },
  { id: 'pipeline', detail: 'Steps in a row; each hands something to the next', body: PIPELINE },
  { id: 'fan-out', detail: 'One step for every item of a list or combination of a matrix', body: FAN_OUT },
  { id: 'fan-in', detail: 'Steps side by side, and a report that waits for all of them', body: FAN_IN },
  { id: 'gate', detail: 'A check that sends the run back until the work is good enough', body: GATE },
  { id: 'approval', detail: 'A person decides whether the run goes on', body: APPROVAL },
  { id: 'tdd', detail: 'A loop: write until the tests are green', body: TDD },
  { id: 'node', detail: 'A package of Node: install, lint, types, test, build', body: NODE },
  { id: 'python', detail: 'A package of Python: environment, compile, test', body: PYTHON },
  { id: 'release', detail: 'Check, ask, then tag a version in git', body: RELEASE },
  { id: 'backup', detail: 'Every night: pack a folder, verify it, keep the last seven', body: BACKUP },
  { id: 'agent-review', detail: 'An agent reads what changed, a person decides', body: AGENT_REVIEW },
];

/** A workflow's text. */
export function fromTemplate({ body }: Template, name: string): string {
  return `name: ${/^[A-Za-z][\w ]*$/.test(name) ? name : JSON.stringify(name)}\n${body}`;
}

/** Where a new workflow may go, as paths from the folder, the preferred one first. */
export function placesFor(name: string): readonly string[] {
  return [`.workflows/${slug(name)}.yaml`, `${slug(name)}.workflow.yaml`];
}

/** `Build & test!` → `build-test`; empty where a name has no letter or digit. */
export function slug(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '');
}
