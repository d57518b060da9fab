import type { Cycle } from '../../graph/cycles.ts';
import type { StepGraph } from '../../graph/step-graph.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Need, Workflow } from '../../model/workflow.ts';
import type { ChildLook } from '../children.ts';
import type { Kept } from '../kept.ts';
import type { Uses } from '../expression-uses.ts';
import type { StepEntry, StepLevel } from '../step-entries.ts';
import type { YamlNode } from '../tree.ts';

/** Looks at an analysis from one side, and says what is wrong there. */
export type Check = (context: CheckContext) => readonly Diagnostic[];

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
  /** How long a run of it usually takes, in milliseconds; absent where no run has told. */
  readonly usualMs: number | undefined;
  /** Keeps what the text of one step alone decides. */
  readonly kept: Kept;
  /** Looks at another workflow file; absent where nobody can. */
  readonly look: ((ref: string) => ChildLook) | undefined;
}
