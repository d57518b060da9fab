import type { DiagnosticCode } from '../../model/diagnostic.ts';
import type { Code } from '../codes.ts';
import { cureChild } from './child.ts';
import { cureConstant } from './constant.ts';
import { cureCronStep } from './cron-step.ts';
import { cureCycle } from './cycle.ts';
import { cureDuplicateKey } from './duplicate-key.ts';
import { cureExpression } from './expression.ts';
import { cureInput } from './input.ts';
import { cureKind } from './kind.ts';
import type { Cure } from './mend.ts';
import { cureMissing } from './missing.ts';
import { cureProblemMatcher } from './problem-matcher.ts';
import { cureShell } from './move-to-env.ts';
import { cureRaw } from './raw.ts';
import { cureByChosenRemoval, cureByRemoval } from './remove-it.ts';
import { cureName } from './rename.ts';
import { cureReserved } from './reserved.ts';
import { cureSchedule } from './schedule.ts';
import { cureType } from './type.ts';
import { cureUnknownKey } from './unknown-key.ts';
import { cureUnknownStep } from './unknown-step.ts';
import { cureUnknownValue } from './unknown-value.ts';
import { cureUnwrittenOutput } from './unwritten-output.ts';
import { cureValue } from './value.ts';
import { cureYaml } from './yaml.ts';

/** Where a cure is added: one function, one file. What is not here has none, or its check offers it. */
const CURES: Partial<Record<Code, Cure>> = {
  'baton/yaml': cureYaml,
  'baton/duplicate-key': cureDuplicateKey,
  'baton/unknown-key': cureUnknownKey,
  'baton/type': cureType,
  'baton/value': cureValue,
  'baton/missing': cureMissing,
  'baton/kind': cureKind,
  'baton/step-id': cureName,
  'baton/unknown-step': cureUnknownStep,
  'baton/cycle': cureCycle,
  'baton/expression': cureExpression,
  'baton/unknown-value': cureUnknownValue,
  'baton/shell': cureShell,
  'baton/raw': cureRaw,
  'baton/reserved': cureReserved,
  'baton/input': cureInput,
  'baton/child': cureChild,
  'baton/schedule': cureSchedule,
  'baton/problem-matcher': cureProblemMatcher,
  'baton/constant': cureConstant,
  'baton/implied-need': cureByRemoval('Take this need away'),
  'baton/unused-input': cureByChosenRemoval('Take this input away'),
  'baton/unwritten-output': cureUnwrittenOutput,
  'baton/no-effect': cureByChosenRemoval('Take this key away'),
  'baton/cron-step': cureCronStep,
  'baton/matrix-value': cureByRemoval('Take the second one away'),
};

export function cureOf(code: DiagnosticCode): Cure | undefined {
  return (CURES as Partial<Record<string, Cure>>)[code];
}

/** What a check offers as the only mend, but not everybody wants: it asks each time. */
export const ASKS_FIRST: ReadonlySet<string> = new Set<Code>(['baton/always']);
