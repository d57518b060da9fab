import type { Range } from '../base/lines.ts';
import type { TextEdit } from '../model/diagnostic.ts';
import type { Analysis } from './analyze.ts';
import { addGate } from './refactor/add-gate.ts';
import { extractScript } from './refactor/extract-script.ts';
import { extractWorkflow } from './refactor/extract-workflow.ts';
import { inlineWorkflow } from './refactor/inline-workflow.ts';
import { needsStyle } from './refactor/needs-style.ts';
import { quoteOn } from './refactor/quote-on.ts';
import type { Here, Refactor, Refactoring } from './refactor/refactoring.ts';
import { moveStep, sortSteps } from './refactor/sort-steps.ts';
import { splitCommand } from './refactor/split-command.ts';
import { surroundWithLoop } from './refactor/surround-with-loop.ts';
import { allSteps, type StepEntry, type StepLevel } from './step-entries.ts';
import { eolOf, lineStart } from './yaml-edits.ts';

export type { Refactoring } from './refactor/refactoring.ts';

/** What concerns steps as a whole is offered where a step begins, or for a selection. */
const OF_STEPS: readonly Refactor[] = [
  extractWorkflow,
  inlineWorkflow,
  surroundWithLoop,
  addGate,
  moveStep,
  sortSteps,
];
const ANYWHERE: readonly Refactor[] = [splitCommand, extractScript, needsStyle, quoteOn];

/** What can be said in another way at a place. Nothing in a text with mistakes that keep it from being understood. */
export function refactoringsAt(
  analysis: Analysis,
  range: Range,
  read?: Here['read'],
): readonly Refactoring[] {
  const { text, diagnostics } = analysis;
  if (diagnostics.some(({ code }) => UNSURE.has(code))) return [];
  const chosen = chosenSteps(analysis, range);
  const here: Here = { analysis, text, range, read, ...chosen };
  const isOfSteps = range.end > range.start || isOnKey(analysis, chosen.steps, range);
  const asked = isOfSteps ? [...OF_STEPS, ...ANYWHERE] : ANYWHERE;
  const eol = eolOf(text);
  return asked
    .flatMap((refactor) => refactor(here))
    .map((found) => ({ ...found, edits: found.edits.map((edit) => withLineEnds(edit, eol)) }));
}

/** Lines end as they do in the file. */
function withLineEnds({ range, newText }: TextEdit, eol: string): TextEdit {
  return { range, newText: newText.replace(/\r?\n/g, eol) };
}

const UNSURE: ReadonlySet<string> = new Set([
  'baton/yaml',
  'baton/limit',
  'baton/duplicate-key',
  'baton/type',
  'baton/kind',
  'baton/cycle',
  'baton/unknown-step',
  'baton/expression',
]);

/** The innermost step that holds the whole range; where several of the steps in it are touched, those. */
function chosenSteps({ index }: Analysis, { start, end }: Range): Pick<Here, 'steps' | 'level'> {
  let level: StepLevel = index.steps;
  let around: StepEntry | undefined;
  let touched: readonly StepEntry[] = [];
  for (const step of allSteps(index.steps, index.finally)) {
    const { range } = step;
    if (range.start > end || range.end < start) continue;
    if (range.start <= start && end <= range.end) {
      [level, around, touched] = [step.level, step, []];
    } else if (step.level.loop === around && (touched.length === 0 || touched[0]?.level === step.level)) {
      const isBelow = around === undefined || start > around.key.range.end;
      if (isBelow) [level, touched] = [step.level, [...touched, step]];
    }
  }
  return { level, steps: touched.length > 0 ? touched : around === undefined ? [] : [around] };
}

function isOnKey({ text }: Analysis, [step]: readonly StepEntry[], { start }: Range): boolean {
  if (step === undefined) return false;
  const line = lineStart(text, step.key.range.start);
  return line <= start && start <= step.key.range.end + 1;
}
