import fs from 'node:fs';
import path from 'node:path';
import type { RunId } from '../model/attempt.ts';
import type { Cause, RunEnd } from '../model/run-event.ts';
import { checkedJson, parseChecked } from './checked-json.ts';

/** One line of `index.jsonl`: a start or an end. It only saves reading every journal and can be made again from them. */
export type IndexLine =
  | {
      readonly run: RunId;
      readonly workflow: string;
      readonly name: string;
      readonly cause: Cause;
      readonly startedAt: number;
    }
  | { readonly run: RunId; readonly status: RunEnd; readonly endedAt: number };

/** What the index knows of one run; the end is missing while it goes on, and for ever when its owner died. */
export interface IndexedRun {
  readonly run: RunId;
  readonly workflow: string;
  readonly name: string;
  readonly cause: Cause;
  readonly startedAt: number;
  readonly end?: { readonly status: RunEnd; readonly at: number };
}

/**
 * Appends a line in one write, so that lines of several processes never mix. A line that cannot be written is missing,
 * nothing more: no run fails for it.
 */
export function appendIndex(root: string, line: IndexLine): void {
  try {
    fs.appendFileSync(indexFile(root), checkedJson(line, '\n'));
  } catch {
    // Then the run's own journal is read.
  }
}

export function indexFile(root: string): string {
  return path.join(root, 'index.jsonl');
}

/** Reads the index; lines that cannot be read are passed over, since the journals know better. */
export function readIndex(root: string): Map<RunId, IndexedRun> {
  const runs = new Map<RunId, IndexedRun>();
  for (const line of linesOfIndex(root)) {
    if ('status' in line) {
      const started = runs.get(line.run);
      if (started !== undefined)
        runs.set(line.run, { ...started, end: { status: line.status, at: line.endedAt } });
    } else {
      runs.set(line.run, line);
    }
  }
  return runs;
}

function linesOfIndex(root: string): IndexLine[] {
  let text: string;
  try {
    text = fs.readFileSync(indexFile(root), 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    const read = parseChecked(Buffer.from(line)) as IndexLine | undefined; // the checksum says that we wrote it
    return read ?? [];
  });
}
