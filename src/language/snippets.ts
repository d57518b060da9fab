/** Text to begin with: `$1`, `${2:words}` and `$0` are filled in one after the other. Lines are indented by two. */
interface Snippet {
  readonly label: string;
  readonly detail: string;
  readonly body: string;
}

/** Expressions in a snippet: `$` and braces would be places to fill in. */
const open = '\\${{';
const close = '\\}\\}';

/** Whole steps, where an id may stand. */
export const STEP_SNIPPETS: readonly Snippet[] = [
  { label: 'step', detail: 'A step that runs a command', body: '${1:id}:\n  run: ${0:echo hello}' },
  {
    label: 'pipeline',
    detail: 'Two steps in a row; the second uses what the first gave out',
    body: `\${1:build}:\n  run: echo "\${2:version}=1.0" >> "\\$BATON_OUTPUT"\n\${3:test}:\n  needs: $1\n  run: echo ${open} steps.$1.outputs.$2 ${close}$0`,
  },
  {
    label: 'fan-out',
    detail: 'A step for every item of a list',
    body: `\${1:each}:\n  for_each: [\${2:first, second}]\n  max_parallel: \${3:2}\n  run: echo ${open} item ${close}$0`,
  },
  {
    label: 'matrix',
    detail: 'A step for every combination',
    body: `\${1:each}:\n  matrix:\n    \${2:version}: [\${3:20, 22}]\n  run: echo ${open} matrix.$2 ${close}$0`,
  },
  {
    label: 'fan-in',
    detail: 'A step that waits for several and sees how they ended',
    body: `\${1:report}:\n  needs: [\${2:lint, test}]\n  if: always()\n  run: \${0:echo done}`,
  },
  {
    label: 'gate',
    detail: 'A check that sends the run back until the work is good enough',
    body: '${1:quality}:\n  needs: ${2:draft}\n  gate:\n    check: ${3:npm test}\n    rewind_to: $2\n    max: ${4:3}$0',
  },
  {
    label: 'approval',
    detail: 'A person decides whether the run goes on',
    body: '${1:sign_off}:\n  needs: ${2:build}\n  gate:\n    approval: ${3:Shall this be published?}\n    timeout: ${4:2d}$0',
  },
  {
    label: 'tdd',
    detail: 'Write until the tests are green',
    body: "${1:tdd}:\n  loop:\n    max: ${2:5}\n    until: steps.test.outcome == 'succeeded'\n    steps:\n      write:\n        run: ${3:echo writing}\n      test:\n        needs: write\n        continue_on_error: true\n        run: ${4:npm test}$0",
  },
  {
    label: 'workflow',
    detail: 'A step that runs another workflow',
    body: '${1:call}:\n  workflow: ${2:./other.workflow.yaml}$0',
  },
];

/** A whole file, where there is nothing yet. */
export const FILE_SNIPPETS: readonly Snippet[] = [
  {
    label: 'workflow',
    detail: 'A workflow with one step',
    body: 'name: ${1:Build}\nsteps:\n  ${2:build}:\n    run: ${0:echo hello}\n',
  },
];
