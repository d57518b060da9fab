import type { DiagnosticCode } from '../model/diagnostic.ts';

/** Every diagnostic there is, and what it means. People silence them by these names (rule F3): they stay. */
export const CODES = {
  'baton/yaml': 'The text is not YAML.',
  'baton/limit': 'The file is larger or deeper than a workflow may be.',
  'baton/duplicate-key': 'A key, or a step, stands twice.',
  'baton/refused-key': 'A key that no workflow may use.',
  'baton/unknown-key': 'A key that means nothing here.',
  'baton/type': 'A value of the wrong kind.',
  'baton/value': 'A value that is not one of those allowed.',
  'baton/missing': 'Something that has to be there is not.',
  'baton/kind': 'A step needs exactly one of run, script, agent, workflow, gate, loop.',
  'baton/step-id': 'A step id of a form that is not allowed.',
  'baton/unknown-step': 'A step that does not exist, or cannot be seen from here.',
  'baton/cycle': 'Steps that wait for each other.',
  'baton/expression': 'An expression that cannot be read, or stands where none is evaluated.',
  'baton/unknown-value': 'An expression reads something that does not exist.',
  'baton/shell': 'An expression in a program where its value cannot be handed over.',
  'baton/raw': 'A value that is pasted into a command as it is.',
  'baton/reserved': 'A variable that only Baton sets.',
  'baton/input': 'An input whose declaration contradicts itself.',
  'baton/child': 'A workflow that a step runs is not there, cannot run, or takes other inputs.',
  'baton/schedule': 'A schedule that cannot be read.',
  'baton/problem-matcher': 'A problem matcher that cannot be used.',
  'baton/constant': 'A condition that is always the same.',
  'baton/implied-need': 'A need that another need brings along.',
  'baton/unused-input': 'An input that nothing reads.',
  'baton/unwritten-output': 'An output that is read, but that the step does not write.',
  'baton/secret-printed': 'A secret that a step prints.',
  'baton/always': 'A step that runs even while the run is being stopped.',
  'baton/no-effect': 'A key that a gate cannot use.',
  'baton/cron-step': 'A step in a cron field that does not divide it evenly.',
  'baton/matrix-value': 'A value that stands twice in a matrix.',
  'baton/too-frequent': 'A schedule that is due again before its run has usually ended.',
  'baton/not-yet': 'A part of the language that does not run yet.',
} as const satisfies Readonly<Record<DiagnosticCode, string>>;

export type Code = keyof typeof CODES;

/**
 * What a run relies on. A diagnostic of these codes can be silenced like any other, and then is shown no more; but the
 * workflow still cannot be run.
 */
export const RELIED_UPON: ReadonlySet<string> = new Set<Code>([
  'baton/yaml',
  'baton/limit',
  'baton/duplicate-key',
  'baton/refused-key',
  'baton/type',
  'baton/missing',
  'baton/kind',
  'baton/step-id',
  'baton/unknown-step',
  'baton/cycle',
  'baton/child',
  'baton/raw',
  'baton/not-yet',
]);
