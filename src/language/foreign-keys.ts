/** What the same thing is called elsewhere, in small letters without `-` and `_`. Where one name is taken, the next counts. */
const FOREIGN_KEYS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    after: ['needs'],
    depends: ['needs'],
    dependencies: ['needs'],
    dependson: ['needs'],
    deps: ['needs'],
    requires: ['needs'],
    jobs: ['steps'],
    stages: ['steps'],
    tasks: ['steps'],
    always: ['finally'],
    environment: ['env'],
    variables: ['env'],
    vars: ['env'],
    envfile: ['dotenv'],
    dir: ['cwd'],
    workdir: ['cwd'],
    workingdir: ['cwd'],
    workingdirectory: ['cwd'],
    enviroment: ['env'],
    lang: ['language'],
    interpreter: ['language'],
    parameters: ['inputs'],
    params: ['inputs'],
    cmd: ['run'],
    cmds: ['run'],
    command: ['run'],
    entrypoint: ['run'],
    exec: ['run'],
    uses: ['workflow'],
    condition: ['if'],
    when: ['if'],
    allowfailure: ['continue_on_error'],
    ignoreerror: ['continue_on_error'],
    ignoreerrors: ['continue_on_error'],
    retries: ['retry'],
    desc: ['description', 'name'],
    displayname: ['name'],
    label: ['name'],
    title: ['name'],
    withitems: ['for_each'],
    trigger: ['on'],
    triggers: ['on'],
  }),
);

/** What a key is called here that people know from GitHub, GitLab, make and their like by another name. */
export function nativeKey(key: string, free: readonly string[]): string | undefined {
  return FOREIGN_KEYS.get(plain(key))?.find((native) => free.includes(native));
}

/** The maps that people fill with what they know from elsewhere. */
export type ForeignPlace = 'workflow' | 'step' | 'on';

/** What to do here instead of a key from elsewhere that has no twin; undefined for any other key. */
export function foreignAdvice(key: string, place: ForeignPlace): string | undefined {
  return ADVICE[place].get(plain(key));
}

function plain(key: string): string {
  return key.toLowerCase().replace(/[-_ ]/g, '');
}

const MACHINE = 'Steps run on this machine: take it away.';
const CONTAINER = 'Steps run on this machine: what needs a container calls it in its command.';
const SERVICES = 'A step starts what others need, and a step under `finally` ends it.';
const ARTIFACTS =
  'Steps share one folder, so files need not be handed on; `cache` keeps them for later runs.';
const LIST_OF_STEPS =
  'Steps stand under `steps` by their ids, and what comes before a step under its `needs`.';
const BEFORE = 'Make it a step that the others need.';
const AFTER = 'Make it a step under `finally`.';
const NO_EVENTS =
  'Nobody tells a workflow of pushes and pull requests: it starts by hand, at times (`schedule`), or when files change (`files`).';

const ADVICE: Readonly<Record<ForeignPlace, ReadonlyMap<string, string>>> = {
  workflow: new Map([
    ['runson', MACHINE],
    ['pool', MACHINE],
    ['image', CONTAINER],
    ['services', SERVICES],
    ['beforescript', BEFORE],
    ['afterscript', AFTER],
    ['permissions', 'Steps may do what you may: take it away.'],
    ['runname', 'Runs are called by their workflow and time: take it away.'],
    ['stages', LIST_OF_STEPS],
    ['jobs', LIST_OF_STEPS],
    ['tasks', LIST_OF_STEPS],
    ['version', 'A workflow names no version: take it away.'],
    ['scripts', 'Each of them is a step: `steps: { build: { run: npm run build } }`.'],
    ['workflows', 'A file is one workflow, and its steps stand under `steps`.'],
    ['include', 'Another file is run by a step: `workflow: ./other.workflow.yaml`.'],
    ['includes', 'Another file is run by a step: `workflow: ./other.workflow.yaml`.'],
  ]),
  step: new Map([
    ['uses', 'Actions do not run here: write the commands themselves under `run`.'],
    ['runson', MACHINE],
    ['tags', MACHINE],
    ['image', CONTAINER],
    ['container', CONTAINER],
    ['services', SERVICES],
    ['artifacts', ARTIFACTS],
    ['beforescript', 'Write it first under `run`, or make it a step that this one needs.'],
    ['afterscript', AFTER],
    ['stage', 'What comes before a step stands under its `needs`.'],
    ['strategy', '`matrix` and `max_parallel` stand in the step itself.'],
    ['parallel', 'To run it for several items, give it `for_each` or `matrix`.'],
    ['timeoutminutes', 'Write `timeout` with its unit: `timeout: 10m`.'],
    ['timeoutinminutes', 'Write `timeout` with its unit: `timeout: 10m`.'],
    [
      'outputs',
      'A step gives out what it writes to `$BATON_OUTPUT`: `echo "name=value" >> "$BATON_OUTPUT"`.',
    ],
    ['register', 'Others read what a step printed as `steps.<id>.stdout`.'],
    ['rules', 'Write one condition under `if`.'],
    ['only', 'Write one condition under `if`.'],
    ['except', 'Write one condition under `if`.'],
    ['unless', 'Write the opposite under `if`.'],
    ['args', 'A program with its arguments is one list: `run: [make, all]`.'],
    ['bash', 'Write the command under `run`, and beside it `shell: bash`.'],
    ['pwsh', 'Write the command under `run`, and beside it `shell: pwsh`.'],
    ['powershell', 'Write the command under `run`, and beside it `shell: pwsh`.'],
    ['task', 'Tasks of other tools do not run here: write the commands themselves under `run`.'],
    ['sources', 'Files that a step reads stand under `cache`: `cache: { inputs: src/** }`.'],
    ['generates', 'Files that a step makes stand under `cache`: `cache: { outputs: dist/** }`.'],
    ['envfile', '`dotenv` stands at the top of the file, for all steps.'],
    ['dotenv', '`dotenv` stands at the top of the file, for all steps.'],
    ['inputs', '`inputs` stand at the top of the file, for all steps.'],
    ['finally', '`finally` stands at the top of the file, beside `steps`.'],
    ['extends', 'What steps share stands under `defaults`, or is given by an anchor: `<<: *name`.'],
    ['until', '`until` belongs to a loop: `loop: { until: …, max: 5, steps: { … } }`.'],
    ['delay', 'Write it under `retry`: `retry: { max: 2, delay: 10s }`.'],
    ['steps', 'A step has steps of its own only in a loop: `loop: { steps: { … } }`.'],
  ]),
  on: new Map([
    ['push', NO_EVENTS],
    ['pullrequest', NO_EVENTS],
    ['pullrequesttarget', NO_EVENTS],
    ['release', NO_EVENTS],
    ['issues', NO_EVENTS],
    [
      'workflowdispatch',
      'Every workflow can be started by hand: take it away. `inputs` stand at the top of the file.',
    ],
    [
      'workflowcall',
      'Every workflow can be run by another: take it away. `inputs` stand at the top of the file.',
    ],
  ]),
};
