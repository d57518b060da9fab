import type { Cycle } from '../../graph/cycles.ts';
import type { StepGraph } from '../../graph/step-graph.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Need, Workflow } from '../../model/workflow.ts';
import type { Uses } from '../expression-uses.ts';
import type { StepEntry, StepLevel } from '../step-entries.ts';
import type { YamlNode } from '../tree.ts';
import { checkCycles } from './cycles.ts';
import { checkExpressions } from './expressions.ts';
import { checkInputs } from './inputs.ts';
import { checkNeeds } from './needs.ts';
import { checkNotYet } from './not-yet.ts';
import { checkPrograms } from './programs.ts';
import { checkReserved } from './reserved.ts';
import { checkSchedules } from './schedules.ts';
import { checkSteps } from './steps.ts';
import { checkStructure } from './structure.ts';

/** What a check may look at: everything that analysis has found out. */
export interface CheckContext {
  readonly text: string;
  readonly tree: YamlNode | undefined;
  readonly levels: { readonly steps: StepLevel; readonly finally: StepLevel };
  /** Every step, those inside loops too. */
  readonly steps: readonly StepEntry[];
  readonly uses: Uses;
  readonly edges: ReadonlyMap<StepEntry, readonly Need[]>;
  readonly workflow: Workflow;
  readonly graph: StepGraph;
  readonly cycles: readonly Cycle[];
}

/** Where a check is added: one function, one file. */
export const CHECKS: readonly ((context: CheckContext) => readonly Diagnostic[])[] = [
  ({ tree }) => checkStructure(tree),
  checkSteps,
  checkNeeds,
  checkCycles,
  checkExpressions,
  checkPrograms,
  checkReserved,
  checkInputs,
  checkSchedules,
  checkNotYet,
];
