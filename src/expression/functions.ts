/** One function of the expression language (rule V1). */
export interface FunctionInfo {
  readonly name: string;
  readonly signature: string;
  readonly summary: string;
  readonly minArgs: number;
  readonly maxArgs: number;
}

/** Something an expression may start with (rule V1). */
export interface ContextInfo {
  readonly name: string;
  readonly summary: string;
  /** What stands after its dot, where that is the same in every workflow. */
  readonly fields: readonly FieldInfo[];
}

export interface FieldInfo {
  readonly name: string;
  readonly summary: string;
}

/** As many as GitHub takes. */
const ANY_NUMBER = 255;

/** Every function, by its name in lower case: names are matched without regard to case, as GitHub does. */
export const FUNCTIONS: ReadonlyMap<string, FunctionInfo> = byName([
  fn(
    'contains',
    'contains(search, item)',
    'Whether a text holds another, or a list an item. Case does not matter.',
    2,
  ),
  fn('startsWith', 'startsWith(text, start)', 'Whether a text begins with another. Case does not matter.', 2),
  fn('endsWith', 'endsWith(text, end)', 'Whether a text ends with another. Case does not matter.', 2),
  fn(
    'format',
    "format('{0} of {1}', a, b)",
    'Fills values into a text; `{{` and `}}` stand for braces.',
    1,
    ANY_NUMBER,
  ),
  fn(
    'join',
    "join(list, ', ')",
    'The items of a list as one text, a comma between them unless told otherwise.',
    1,
    2,
  ),
  fn('toJSON', 'toJSON(value)', 'A value as JSON text, indented.', 1),
  fn('fromJSON', 'fromJSON(text)', 'The value that JSON text stands for.', 1),
  fn('hashFiles', "hashFiles('**/package-lock.json')", 'A hash over the files that match.', 1, ANY_NUMBER),
  fn(
    'file',
    'file(value)',
    'The path of a file that holds a value: for values that are too large for a variable.',
    1,
  ),
  fn('default', "default(value, 'fallback')", 'The value, or the fallback where it is missing or null.', 2),
  fn('raw', 'raw(value)', 'Pastes a value into shell text as it is. Only for values you trust.', 1),
  fn(
    'success',
    'success()',
    'Whether all needs succeeded. What `if` asks when it names no status function.',
    0,
  ),
  fn('failure', 'failure()', 'Whether a step that this one needs, however far up, failed.', 0),
  fn('cancelled', 'cancelled()', 'Whether the run is being stopped.', 0),
  fn('always', 'always()', 'True, whatever happened.', 0),
  fn(
    'none_failed',
    'none_failed()',
    'Whether no step that this one needs failed; skipped ones do not matter.',
    0,
  ),
]);

/** Functions that ask how needs ended; one of them in `if` replaces the implied `success()` (rule S2). */
export const STATUS_FUNCTIONS = ['success', 'failure', 'cancelled', 'always', 'none_failed'] as const;
export type StatusFunction = (typeof STATUS_FUNCTIONS)[number];

/** Every context, by its name. */
export const CONTEXTS: ReadonlyMap<string, ContextInfo> = byName([
  context('inputs', "The run's inputs."),
  context('env', 'Variables that the workflow or this step declares.'),
  context('steps', 'Other steps: `steps.<id>.outputs.<name>`. Reading a step makes this one wait for it.'),
  context('item', 'The item of this fan-out.'),
  context('item_index', 'The number of this item, from 0.'),
  context('matrix', 'The values of this combination of the matrix.'),
  context('loop', 'The loop around this step.', [
    field('round', 'The number of this round, from 1.'),
    field('max', 'The most rounds there may be.'),
  ]),
  context('run', 'The run itself.', [
    field('id', "The run's id."),
    field('workflow', "The workflow's name."),
    field('attempt', 'How many times this run was started, from 1.'),
  ]),
  context('schedule', 'The schedule that started the run.', [
    field('nominal_time', 'The time the run was due, in RFC 3339.'),
    field('is_catch_up', 'Whether the run makes up for a missed time.'),
  ]),
]);

/** What `steps.<id>` holds. */
export const STEP_FIELDS: readonly FieldInfo[] = [
  field('outputs', 'What the step wrote to `$BATON_OUTPUT`, by name.'),
  field('result', 'How it ended, with `continue_on_error` taken into account.'),
  field('outcome', 'How it really ended.'),
  field('exit_code', "Its program's exit code."),
  field('stdout', 'The end of its standard output, at most 256 KiB, without the final newline.'),
  field('items', 'Of a fan-out: for every item its `key`, `status`, `outputs` and `exit_code`.'),
];

function fn(
  name: string,
  signature: string,
  summary: string,
  minArgs: number,
  maxArgs = minArgs,
): FunctionInfo {
  return { name, signature, summary, minArgs, maxArgs };
}

function context(name: string, summary: string, fields: readonly FieldInfo[] = []): ContextInfo {
  return { name, summary, fields };
}

function field(name: string, summary: string): FieldInfo {
  return { name, summary };
}

function byName<T extends { readonly name: string }>(infos: readonly T[]): ReadonlyMap<string, T> {
  return new Map(infos.map((info) => [info.name.toLowerCase(), info]));
}
