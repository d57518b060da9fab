import type { RunRecord, RunSummary } from './journal.ts';

const RUNNING_OR_NOT = { live: 'running', ended: 'running', parked: 'waiting', lost: 'lost' } as const;

/** One run in a line of a list, from its whole record. Undefined when even its first fact is missing. */
export function summaryOf(record: RunRecord): RunSummary | undefined {
  const first = record.events[0];
  if (first?.type !== 'run-started') return undefined;
  const last = record.events.at(-1);
  const base = {
    run: record.run,
    workflow: first.workflow.ref,
    name: first.workflow.name,
    cause: first.cause,
    startedAt: first.at,
  };
  if (last?.type === 'run-ended') return { ...base, endedAt: last.at, status: last.status };
  return { ...base, status: RUNNING_OR_NOT[record.presence] };
}
