/** Baton as a library: check workflow texts, run workflow files, read what happened. */
export { analyze, blockers, type Analysis, type Surroundings } from './language/analyze.ts';
export { openProject, type Project, type ProjectOptions } from './project/project.ts';
export { resumeRun, startRun, type OwnOptions, type OwnRun } from './project/own-runs.ts';
export { planRun, type PlanRequest } from './project/plan.ts';
export type { Refusal, RunRequest, Runs } from './project/runs.ts';
export type { LoadedWorkflow, Workflows } from './project/workflows.ts';
export { MemoryJournal } from './journal/memory-journal.ts';
export { FileJournal } from './journal/file-journal.ts';
export { MemoryGroups } from './journal/memory-groups.ts';
export { FileGroups } from './journal/file-groups.ts';
export type { Groups, GroupRequest, GroupView, Holder, Lease } from './journal/groups.ts';
export {
  JournalFailure,
  type Journal,
  type JournalNews,
  type RunRecord,
  type RunSummary,
} from './journal/journal.ts';
export { applyEvent, replay } from './model/apply-event.ts';
export type { RunState, StepState, StepStatus } from './model/run-state.ts';
export type { PlannedStep, PlanPart, RunPlan } from './model/run-plan.ts';
export type { Cause, Fact, RunEnd, RunEvent } from './model/run-event.ts';
export type { Failure, Outcome } from './model/attempt.ts';
export type { Diagnostic, Severity } from './model/diagnostic.ts';
export type { Step, Workflow as CheckedWorkflow } from './model/workflow.ts';
export {
  analyzeWorkflowDependencies,
  type DependencyAnalysis,
  type DependentTask,
} from './library/dependencies.ts';
export {
  CycleError,
  DuplicateTaskError,
  MissingDependencyError,
  TaskFailedError,
  TaskTimeoutError,
} from './library/errors.ts';
export {
  CircuitBreaker,
  circuitBreaker,
  CircuitOpenError,
  type CircuitOptions,
  type CircuitState,
} from './library/circuit-breaker.ts';
export { RetryPolicy, withRetry, type RetryOn, type RetryPolicyOptions } from './library/retry-policy.ts';
export {
  Task,
  TaskStatus,
  type SkipReason,
  type TaskContext,
  type TaskInit,
  type TaskOptions,
  type TaskResult,
} from './library/task.ts';
export {
  WorkflowEngine,
  type ExecuteOptions,
  type WorkflowEvent,
  type WorkflowResult,
} from './library/engine.ts';
export { Workflow, type NoResults } from './library/workflow.ts';
