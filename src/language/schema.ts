import { MATCHER_NAMES } from '../model/matchers-of.ts';
import { FILE_LOCATIONS, MATCHER_SEVERITIES } from '../model/problem-matcher.ts';
import { SIGNALS } from '../model/signals.ts';
import { SHELLS, STEP_KIND_INFO, STEP_KINDS } from '../model/step-kind.ts';
import {
  text,
  truth,
  count,
  duration,
  choice,
  record,
  fields,
  list,
  either,
  oneOf,
  ref,
  anything,
  words,
  type Schema,
} from './json-schema.ts';

/** The form of an input's name, and of a step's id. */
export const INPUT_NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;
export const STEP_ID = /^[A-Za-z_][A-Za-z0-9_-]{0,99}$/;

const SIGNAL_WORDS = 'a signal such as SIGTERM, SIGINT or SIGHUP';

const env = record('Variables, laid over those from outside. Values may hold expressions.', text('A value.'));
const argv = list('A program and its arguments, run without any shell.', text('One argument.'), {
  minItems: 1,
});
const exitCodes = list('Exit codes.', {
  type: 'integer',
  minimum: 0,
  maximum: 255,
  'x-expects': 'an exit code from 0 to 255',
});

const retry = fields(
  'Tries a failed step again.',
  {
    max: {
      type: 'integer',
      minimum: 0,
      maximum: 1000,
      description: 'Extra attempts.',
      default: 0,
      'x-expects': 'a whole number from 0',
    },
    delay: duration('The wait before the first extra attempt.', { default: '1s' }),
    factor: {
      type: 'number',
      minimum: 1,
      description: 'Each further wait is this much longer.',
      default: 2,
      'x-expects': 'a number from 1',
    },
    max_delay: duration('No wait is longer.', { default: '5m' }),
    jitter: either(
      'Spreads the waits by chance.',
      'a number from 0 to 1, or full',
      { type: 'number', minimum: 0, maximum: 1 },
      choice(['full'], 'From nothing to the whole wait.'),
    ),
    on: fields('Which failures are worth another try; all of them if absent.', {
      exit_codes: exitCodes,
      timeout: truth('After a time-out.', true),
      signals: list('After these signals.', choice(SIGNALS, 'A signal.', { 'x-expects': SIGNAL_WORDS })),
    }),
  },
  { 'x-expects': 'a map such as { max: 2, delay: 10s }' },
);

const concurrency = fields(
  'How many runs of one group go on at once, over all processes.',
  {
    group: text('Runs with the same group count together.'),
    limit: count('How many at once.', { default: 1 }),
    when_full: choice(['queue', 'cancel_oldest', 'reject'], 'What becomes of one too many.', {
      default: 'queue',
    }),
  },
  { required: ['group'] },
);

const input = fields(
  'A value that a run is given.',
  {
    type: choice(['string', 'number', 'boolean', 'path'], 'What kind of value.', { default: 'string' }),
    default: {
      type: ['string', 'number', 'boolean'],
      description: 'Used when nothing is given.',
      'x-expects': 'text, a number, true or false',
    },
    description: text('Shown to whoever is asked for it.'),
    enum: list(
      'The only values there may be.',
      { type: ['string', 'number'], 'x-expects': 'text or a number' },
      { minItems: 1 },
    ),
    required: truth('Refuse to run without it.', false),
    secret: truth('Asked for without showing it, and hidden wherever it would appear.', false),
  },
  { 'x-expects': 'a map such as { type: string, default: src }' },
);

const need: Schema = either(
  'A step that must come before.',
  'a step id, or { step, allow: skipped }',
  text('A step id.'),
  fields(
    'A step id, with what is allowed.',
    {
      step: text('A step id.'),
      allow: choice(['skipped'], 'Go on although that step was skipped.'),
    },
    { required: ['step'] },
  ),
);

const group = (description: string): Schema => {
  return {
    type: 'integer',
    minimum: 0,
    description: `The group of the expression with ${description}.`,
    'x-expects': 'the number of a group',
  };
};

const globs = (description: string): Schema =>
  either(
    `${description} From the project's folder; a folder means all that is in it, and ! leaves out.`,
    'a glob or a list of globs',
    text('A glob.', { examples: ['src/**', '!**/*.md'] }),
    list('Globs.', text('A glob.')),
  );

const problemPattern = fields(
  'What a line with a problem looks like.',
  {
    regexp: words('A regular expression of JavaScript.', {
      examples: ['^(.*):(\\d+):(\\d+): (warning|error): (.*)$'],
    }),
    kind: choice(['file', 'location'], 'What the problem is in: a file as a whole, or a place in it.', {
      default: 'location',
    }),
    file: group('the path'),
    location: group('line, line and column, or both with their ends, between commas'),
    line: group('the line'),
    column: group('the column'),
    endLine: group('the last line'),
    endColumn: group('the column after the last'),
    severity: group('the severity'),
    code: group('the code of the problem'),
    message: group('the message; 0 is the whole match'),
    loop: truth('The last pattern of a list goes on for as long as lines match it.', false),
  },
  { required: ['regexp'] },
);

const matcherName = words('The name of a matcher.', { examples: MATCHER_NAMES });

const problemMatcher = fields('A problem matcher as VS Code has them.', {
  name: words('What people call it.'),
  base: words('The name of a matcher to take from what is not said here.', { examples: MATCHER_NAMES }),
  owner: words('Means nothing here.'),
  source: words('What a person is told found the problem.', { examples: ['ts'] }),
  severity: choice(MATCHER_SEVERITIES, 'Where the pattern captures none.', { default: 'error' }),
  applyTo: choice(
    ['allDocuments', 'openDocuments', 'closedDocuments'],
    'Means nothing here: problems are shown for every file.',
  ),
  fileLocation: either(
    "Where paths begin: at the step's folder, or at the one that stands in the list.",
    `${FILE_LOCATIONS.join(', ')}, or a list such as [relative, "\${workspaceFolder}/src"]`,
    choice(FILE_LOCATIONS, 'How paths are written.'),
    list('How paths are written, and where they begin.', words('One of these, then a folder.'), {
      minItems: 1,
    }),
  ),
  pattern: either(
    'What a problem looks like: one line, or several in a row.',
    'a pattern, a list of patterns, or the name of a matcher that has one',
    matcherName,
    problemPattern,
    list('One for each line.', problemPattern, { minItems: 1 }),
  ),
  background: anything('Means nothing here: all that a step prints is looked at.'),
});

const stepFields: Readonly<Record<string, Schema>> = {
  run: either(
    STEP_KIND_INFO.run.summary,
    'a command line, or a list of a program and its arguments',
    text('A command line.', { examples: ['npm test'] }),
    argv,
  ),
  script: text(STEP_KIND_INFO.script.summary),
  language: text(
    'What the script is written in: node, typescript, python, bash, or any interpreter on the PATH.',
    { examples: ['node', 'python'] },
  ),
  agent: fields(
    STEP_KIND_INFO.agent.summary,
    {
      prompt: text('What the agent is asked to do.'),
      command: either(
        'A program that reads the prompt on standard input.',
        'a command line, or a list',
        text('A command line.'),
        argv,
      ),
      acp: either(
        'A program that speaks the Agent Client Protocol.',
        'a command line, or a list',
        text('A command line.'),
        argv,
      ),
      model: text("One of VS Code's language models."),
      profile: text('A profile from the settings.'),
      output: choice(['text', 'json'], 'What the agent answers with.', { default: 'text' }),
      schema: anything('JSON schema that a json answer must match.'),
    },
    { required: ['prompt'], ...oneOf(['command', 'acp', 'model', 'profile']) },
  ),
  workflow: text(STEP_KIND_INFO.workflow.summary, { examples: ['./publish.workflow.yaml'] }),
  with: record('Inputs for the child workflow.', text('A value.')),
  gate: fields(
    STEP_KIND_INFO.gate.summary,
    {
      check: text('A command that must succeed.'),
      when: text('An expression that must hold.'),
      approval: text('A question a person answers.'),
      rewind_to: text('The step to go back to when the check fails.'),
      max: count('How often to go back at most.', { default: 3 }),
      timeout: duration('How long to wait for an answer.'),
      on_timeout: choice(['reject', 'approve'], 'The answer when nobody gave one.', { default: 'reject' }),
    },
    oneOf(['check', 'when', 'approval']),
  ),
  loop: fields(
    STEP_KIND_INFO.loop.summary,
    {
      steps: ref('steps'),
      until: text('Repeat until this expression holds.'),
      max: count('How many rounds at most.', { default: 10 }),
    },
    { required: ['steps'] },
  ),
  name: text('What people see instead of the id.'),
  needs: either(
    'Steps that must come before this one.',
    'a step id or a list of them',
    need,
    list('Several steps.', need),
  ),
  if: text('Run only if this expression holds. Without a status function, success() is implied.', {
    examples: ['failure()', "inputs.level == 'high'"],
  }),
  env,
  cwd: text("The folder to work in, from the project's folder."),
  shell: choice(SHELLS, 'The shell for `run`.'),
  retry,
  timeout: duration('Bounds one attempt.'),
  total_timeout: duration('Bounds all attempts with their waits.'),
  continue_on_error: either(
    'Let a failure pass: those who need the step go on.',
    'true, false or { exit_codes: […] }',
    truth('Any failure.', false),
    fields('These exit codes only.', { exit_codes: exitCodes }, { required: ['exit_codes'] }),
  ),
  matrix: {
    type: 'object',
    properties: {
      include: list('Combinations to add.', { type: 'object', 'x-expects': 'a map' }),
      exclude: list('Combinations to leave out.', { type: 'object', 'x-expects': 'a map' }),
    },
    additionalProperties: either(
      'The values of one dimension.',
      'a list, or an expression that gives one',
      list('Values.', anything('A value.')),
      text('An expression.'),
    ),
    description: 'Run once for every combination of these lists.',
    'x-expects': 'a map of lists',
  },
  for_each: either(
    'Run once for every item of a list.',
    'a list, or an expression that gives one',
    text('An expression.'),
    list('Items.', anything('An item.')),
  ),
  max_parallel: count('How many items at once.'),
  cache: either(
    'Take the end of an earlier run, with its outputs and files, when nothing that the step depends on has changed: its program, its variables, and what is named here.',
    'true, false or a map such as { inputs: [src/**], outputs: [dist/**] }',
    truth('It depends on its program and its variables only.', false),
    fields('What else it depends on, and which files it makes.', {
      key: text('Anything else that makes a difference.', { examples: ["${{ hashFiles('**/*.lock') }}"] }),
      inputs: globs('Files that it reads. A step that names none is not run again when a file changes.'),
      outputs: globs('Files that it makes: they are kept, and put back when the step need not run.'),
    }),
  ),
  stop: fields('How the step is ended.', {
    signal: choice(SIGNALS, 'Sent first.', { default: 'SIGTERM', 'x-expects': SIGNAL_WORDS }),
    grace: duration('How long it has before it is killed.', { default: '10s' }),
  }),
  concurrency,
  problem_matcher: either(
    'Turns what the step prints into problems with file and line. Lines of more than 10,000 characters are not looked at.',
    'a name such as $tsc, a problem matcher as VS Code has them, or a list of these',
    matcherName,
    ref('problemMatcher'),
    list(
      'Several.',
      either('One of them.', 'a name such as $tsc, or a problem matcher', matcherName, ref('problemMatcher')),
      { minItems: 1 },
    ),
  ),
  idempotent: truth('Whether it may be run again when nobody knows how it ended.', true),
};

const schedule: Schema = fields(
  'When to run by itself.',
  {
    cron: text('Five fields: minute, hour, day of month, month, day of week.', {
      examples: ['0 2 * * *', '@daily'],
    }),
    every: duration('At this distance.'),
    at: text('Once, at this moment (RFC 3339).', { examples: ['2027-01-01T08:00:00Z'] }),
    timezone: text('IANA time zone.', { examples: ['Europe/Berlin'] }),
    overlap: choice(['skip', 'queue', 'cancel_running', 'allow'], 'When the run before still goes on.', {
      default: 'skip',
    }),
    catch_up: choice(['last', 'none', 'all'], 'What to do about runs that were missed.', { default: 'last' }),
    window: duration('How far back missed runs count.', { default: '24h' }),
    jitter: duration('A run begins up to so much later, the same each time: not all at once.'),
  },
  oneOf(['cron', 'every', 'at']),
);

/** The whole of language.md section 3, as data: structural checks, completion, hover and the published schema come from it. */
export const WORKFLOW_SCHEMA: Schema & { readonly $defs: Readonly<Record<string, Schema>> } = {
  ...fields(
    'A workflow: steps that need each other.',
    {
      name: text('What people call it; the file name without it.'),
      description: text('What it is for.'),
      inputs: record('Values a run is given.', input, { propertyNames: { pattern: INPUT_NAME.source } }),
      env,
      dotenv: either(
        'Files of NAME=value lines, read when a step starts.',
        'a path or a list of paths',
        text('A path.'),
        list('Paths.', text('A path.')),
      ),
      defaults: fields('What steps take unless they say otherwise.', {
        shell: choice(SHELLS, 'The shell for `run`.'),
        cwd: text("The folder to work in, from the project's folder."),
        timeout: duration('Bounds one attempt.'),
        retry,
        env,
      }),
      limits: fields('How much at once, and what a failure means for the rest.', {
        parallel: count('Steps at once; the number of processors if absent.', { maximum: 1000 }),
        on_failure: choice(
          ['continue', 'finish', 'kill'],
          'Go on with what is unaffected, start nothing new, or cancel the rest.',
          { default: 'continue' },
        ),
      }),
      timeout: duration('Bounds the whole run, without `finally`.'),
      concurrency,
      on: fields(
        'What starts the workflow by itself.',
        {
          schedule: either('Times.', 'a schedule or a list of them', schedule, list('Several.', schedule)),
          files: fields(
            'Changes of files.',
            {
              paths: either(
                'Which files.',
                'a glob or a list of globs',
                text('A glob.'),
                list('Globs.', text('A glob.')),
              ),
              debounce: duration('How long it must be quiet first.', { default: '500ms' }),
            },
            { required: ['paths'] },
          ),
        },
        { 'x-expects': 'a map such as { schedule: { cron: "0 2 * * *" } } or { files: { paths: src/** } }' },
      ),
      steps: ref('steps'),
      finally: ref('steps'),
    },
    { required: ['steps'], 'x-expects': 'a map with `steps` in it' },
  ),
  $defs: {
    problemMatcher,
    steps: record('Steps, by their ids.', ref('step'), {
      'x-expects': 'a map from step ids to steps, such as { build: { run: make } }',
      propertyNames: { pattern: STEP_ID.source },
    }),
    step: {
      ...fields('One step: exactly one kind, and what all kinds share.', stepFields, {
        ...oneOf(STEP_KINDS),
        dependentRequired: { script: ['language'], language: ['script'], with: ['workflow'] },
      }),
      'x-expects': `a map with one of ${STEP_KINDS.join(', ')}`,
    },
  },
};

/** Follows a `$ref` to the definition it names. */
export function resolveSchema(schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  return WORKFLOW_SCHEMA.$defs[schema.$ref.replace('#/$defs/', '')] ?? {};
}

/** The schema as other editors can use it: `media/workflow.schema.json` is made of it. */
export function publishedSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Baton workflow',
    ...(withoutOwnWords(WORKFLOW_SCHEMA) as object), // an object stays one
  };
}

function withoutOwnWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutOwnWords);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => key !== 'x-expects');
  return Object.fromEntries(kept.map(([key, each]) => [key, withoutOwnWords(each)]));
}
