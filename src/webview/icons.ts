import type { StepStatus } from '../model/run-state.ts';
import type { StepKind } from '../model/step-kind.ts';

/** Characters of the codicon font (`codicon.css` names them): SVG text cannot take them from a class. */
export const KIND_ICONS: Readonly<Record<StepKind, string>> = {
  run: '\uea85', // terminal
  script: '\ueac4', // code
  agent: '\ueb08', // hubot
  workflow: '\uebb9', // type-hierarchy
  gate: '\ueb53', // shield
  loop: '\uea77', // sync
};

export const STATUS_ICONS: Readonly<Record<StepStatus, string>> = {
  pending: '\ueabc', // circle-outline
  queued: '\uebb5', // circle-large-outline
  running: '\ueb19', // loading
  backoff: '\uea82', // history
  waiting: '\ueb32', // question
  succeeded: '\ueba4', // pass
  failed: '\uea87', // error
  timed_out: '\ueb7c', // watch
  cancelled: '\ueabd', // circle-slash
  skipped: '\uead6', // debug-step-over
  lost: '\uead0', // debug-disconnect
};

/** Of a step that holds others: chevron-right and chevron-down. */
export const GROUP_ICONS = { closed: '\ueab6', open: '\ueab4' } as const;

/** A failure that `continue_on_error` let pass. */
export const FORGIVEN_ICON = '\uea6c'; // warning
