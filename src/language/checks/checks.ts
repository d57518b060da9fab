import type { Check } from './check.ts';
import { checkAlways } from './always.ts';
import { checkCaches } from './cache.ts';
import { checkChildren } from './children.ts';
import { checkConstants } from './constant.ts';
import { checkCronSteps } from './cron-step.ts';
import { checkCycles } from './cycles.ts';
import { checkEndNames } from './end-names.ts';
import { checkExpressions } from './expressions.ts';
import { checkImpliedNeeds } from './implied-need.ts';
import { checkInputs } from './inputs.ts';
import { checkMatrixValues } from './matrix-value.ts';
import { checkNeeds } from './needs.ts';
import { checkNoEffect } from './no-effect.ts';
import { checkNotYet } from './not-yet.ts';
import { checkProblemMatchers } from './problem-matcher.ts';
import { checkPrograms } from './programs.ts';
import { checkRaw } from './raw.ts';
import { checkReferences } from './references.ts';
import { checkReserved } from './reserved.ts';
import { checkSchedules } from './schedules.ts';
import { checkSecretPrinted } from './secret-printed.ts';
import { checkSteps } from './steps.ts';
import { checkStructure } from './structure.ts';
import { checkTooFrequent } from './too-frequent.ts';
import { checkUnusedInputs } from './unused-input.ts';
import { checkUnwrittenOutputs } from './unwritten-output.ts';

/** Where a check is added: one function, one file. */
export const CHECKS: readonly Check[] = [
  checkStructure,
  checkSteps,
  checkNeeds,
  checkCycles,
  checkExpressions,
  checkReferences,
  checkPrograms,
  checkRaw,
  checkReserved,
  checkInputs,
  checkChildren,
  checkSchedules,
  checkProblemMatchers,
  checkCaches,
  checkConstants,
  checkEndNames,
  checkImpliedNeeds,
  checkUnusedInputs,
  checkUnwrittenOutputs,
  checkSecretPrinted,
  checkAlways,
  checkNoEffect,
  checkCronSteps,
  checkMatrixValues,
  checkTooFrequent,
  checkNotYet,
];
