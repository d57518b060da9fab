import { formatDuration } from '../base/duration.ts';
import type { Json } from '../base/json.ts';
import type { Comparison, ComparedRun, DurationDifference } from './compare.ts';
import { sentence, type Sentence } from './sentence.ts';
import { statusWords } from './words.ts';

/** What differs, under headings. `when` puts a time into words. */
export interface ComparedPart {
  readonly heading: Sentence;
  readonly lines: readonly Sentence[];
}

export function comparisonInWords(
  compared: Comparison,
  when: (at: number) => string,
): readonly ComparedPart[] {
  const { before, after, inputs, steps, outcomes, durations, isTextChanged } = compared;
  const runs = { heading: sentence(WORDS.runs), lines: [runLine(before, when), runLine(after, when)] };
  const parts: ComparedPart[] = [
    {
      heading: sentence(WORDS.outcomes),
      lines: outcomes.map(({ name, before: a, after: b }) =>
        sentence(WORDS.outcome, name, ended(a), ended(b)),
      ),
    },
    { heading: sentence(WORDS.inputs), lines: inputs.map(inputLine) },
    {
      heading: sentence(WORDS.steps),
      lines: [
        ...steps.map(({ id, change }) => sentence(CHANGES[change], id)),
        ...(isTextChanged && steps.length === 0 ? [sentence(WORDS.otherText)] : []),
      ],
    },
    { heading: sentence(WORDS.durations), lines: durations.map(durationLine) },
  ].filter(({ lines }) => lines.length > 0);
  return parts.length > 0 ? [runs, ...parts] : [runs, { heading: sentence(WORDS.same), lines: [] }];
}

function runLine(
  { run, startedAt, durationMs, ended: end }: ComparedRun,
  when: (at: number) => string,
): Sentence {
  const how = end === undefined ? statusWords('running') : statusWords(end);
  const took = durationMs === undefined ? '–' : formatDuration(durationMs);
  return sentence(WORDS.run, run, when(startedAt), how, took);
}

function inputLine({ name, before, after }: Comparison['inputs'][number]): Sentence {
  if (before === undefined) return sentence(WORDS.inputAdded, name, shown(after));
  if (after === undefined) return sentence(WORDS.inputGone, name, shown(before));
  return sentence(WORDS.inputChanged, name, shown(before), shown(after));
}

function durationLine({ name, beforeMs, afterMs }: DurationDifference): Sentence {
  const by = formatDuration(Math.abs(afterMs - beforeMs));
  const [a, b] = [formatDuration(beforeMs), formatDuration(afterMs)];
  return sentence(afterMs > beforeMs ? WORDS.longer : WORDS.shorter, name, by, a, b);
}

function ended(end: Comparison['outcomes'][number]['before']): string {
  return end === undefined ? WORDS.notYet : statusWords(end);
}

function shown(value: Json | undefined): string {
  return JSON.stringify(value) ?? '';
}

export const WORDS = {
  runs: 'Compared',
  run: '{0}, {1}: {2}, {3}',
  outcomes: 'Ended otherwise',
  outcome: '{0}: {1} before, {2} after',
  notYet: 'no end',
  inputs: 'Inputs',
  inputAdded: '{0}: {1}, not given before',
  inputGone: '{0}: not given any more, {1} before',
  inputChanged: '{0}: {1} before, {2} after',
  steps: 'The workflow',
  stepAdded: 'step {0} is new',
  stepRemoved: 'step {0} is gone',
  stepChanged: 'step {0} says something else',
  otherText: 'only words between the steps are others',
  durations: 'Took longer or shorter',
  longer: '{0}: {1} longer ({2} → {3})',
  shorter: '{0}: {1} shorter ({2} → {3})',
  same: 'They do not differ: same workflow, same inputs, same ends, about the same time.',
} as const;

const CHANGES = {
  added: WORDS.stepAdded,
  removed: WORDS.stepRemoved,
  changed: WORDS.stepChanged,
} as const;
