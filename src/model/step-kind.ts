/** The six kinds of step, each named by the field that makes a step of that kind. */
export const STEP_KINDS = ['run', 'script', 'agent', 'workflow', 'gate', 'loop'] as const;
export type StepKind = (typeof STEP_KINDS)[number];

/** What a kind of step is, as data: feeds checks, completion, hover and the documents. */
export interface StepKindInfo {
  readonly kind: StepKind;
  readonly summary: string;
  /** False while the engine cannot run this kind yet; such a step is told about when the file is loaded. */
  readonly runs: boolean;
}

export const STEP_KIND_INFO: Readonly<Record<StepKind, StepKindInfo>> = {
  run: {
    kind: 'run',
    summary: 'A command line for the shell, or a list of arguments run without one.',
    runs: true,
  },
  script: { kind: 'script', summary: 'A program in `language`, for instance node or python.', runs: true },
  agent: { kind: 'agent', summary: 'A prompt sent to an agent.', runs: false },
  workflow: { kind: 'workflow', summary: 'Another workflow file, run as a child of this run.', runs: true },
  gate: { kind: 'gate', summary: 'A check, a condition or a question that must be passed.', runs: true },
  loop: { kind: 'loop', summary: 'Nested steps, repeated until a condition holds.', runs: true },
};

export const SHELLS = ['bash', 'sh', 'zsh', 'pwsh', 'cmd'] as const;
export type Shell = (typeof SHELLS)[number];

/** Names that a `script` may give to the language of a shell, beside the shell's own. */
const SHELL_LANGUAGES: Readonly<Record<string, Shell>> = {
  powershell: 'pwsh',
  batch: 'cmd',
  bat: 'cmd',
};

/** The shell whose language a `script` is written in; undefined for any other language. */
export function shellOfLanguage(language: string): Shell | undefined {
  const own = SHELLS.find((shell) => shell === language);
  return own ?? (Object.hasOwn(SHELL_LANGUAGES, language) ? SHELL_LANGUAGES[language] : undefined);
}
