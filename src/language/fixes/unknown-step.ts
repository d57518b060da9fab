import { lineStartAt } from '../../base/lines.ts';
import { nearestAll } from '../../base/nearest.ts';
import { needEntries } from '../edges.ts';
import { inFile } from '../expression-uses.ts';
import { visibleIds, visibleStep, type StepEntry } from '../step-entries.ts';
import { waitingFor } from '../step-at.ts';
import { valueOf } from '../tree.ts';
import { addition, insertion, isFlowAt, removal, scalar, withEdits } from '../yaml-edits.ts';
import {
  certain,
  linksToKey,
  possible,
  remove,
  replace,
  stepAround,
  useAround,
  type Case,
  type Cure,
  type Mend,
} from './mend.ts';

/** A name that leads to no step: another name, without it, or the step itself. */
export const cureUnknownStep: Cure = (patient) =>
  cures(patient).filter((mend) => closesNoCycle(patient, mend));

/** A need that exists is no help where it makes steps wait for each other. */
function closesNoCycle({ analysis, text, reread }: Case, { edits }: Mend): boolean {
  return reread(withEdits(text, edits)).cycles.length <= analysis.cycles.length;
}

const cures: Cure = (patient) => {
  const { analysis, diagnostic, text } = patient;
  const { range } = diagnostic;
  const use = useAround(analysis, range);
  if (use !== undefined) return inExpression(patient);
  const step = stepAround(analysis, range.start);
  if (step === undefined) return [];
  const need = needEntries(step).find((each) => each.range.start === range.start);
  if (need === undefined) return ofRewind(patient, step);
  const links = needLinks(patient);
  if (visibleStep(step.level, need.id) !== undefined)
    return certain('Take this need away', removal(text, links));
  const names = [...step.level.byId.keys()].filter((id) => id !== step.id);
  return [
    ...near(need.id, names).flatMap((id) => possible(`Change to "${id}"`, replace(range, scalar(id)))),
    ...possible('Take this need away', removal(text, links)),
  ];
};

/** `{ step: x, allow: skipped }` is one need. */
function needLinks({ links }: Case): Case['links'] {
  const needs = linksToKey(links, 'needs');
  const item = links[needs.length];
  return item?.kind === 'item' ? [...needs, item] : needs;
}

/** Of several that are near, each; what only one can be meant by is offered by the check itself. */
function near(word: string, names: readonly string[]): readonly string[] {
  const found = [...new Set(nearestAll(word, names))];
  return found.length > 1 ? found : [];
}

function inExpression({ analysis, diagnostic: { range }, text }: Case): readonly Mend[] {
  const use = useAround(analysis, range);
  if (use === undefined || !use.parsed.ok) return [];
  const id = text.slice(range.start, range.end);
  const inner = analysis.index.references.find((each) => each.id === id)?.from;
  const reference = use.parsed.value.references.find(
    (each) => inFile(use, each.range).start <= range.start && inFile(use, each.range).end >= range.end,
  );
  const loop = loopOf(analysis.index.steps.entries, id);
  if (loop !== undefined && reference?.path[2] === 'outputs' && inner !== loop)
    return certain(`Read the outputs of "${loop.id}"`, replace(range, loop.id));
  return near(
    id,
    visibleIds(use.level).filter((each) => each !== use.step?.id),
  ).flatMap((other) => possible(`Change to "${other}"`, replace(range, other)));
}

/** The loop beside others that holds a step of this name. */
function loopOf(entries: readonly StepEntry[], id: string): StepEntry | undefined {
  return entries.find(({ inner }) => inner !== undefined && holds(inner.entries, id));
}

function holds(entries: readonly StepEntry[], id: string): boolean {
  return entries.some((each) => each.id === id || holds(each.inner?.entries ?? [], id));
}

/** A gate goes back to what comes before it: the need that is missing makes it so. */
function ofRewind(patient: Case, step: StepEntry): readonly Mend[] {
  const { text, diagnostic } = patient;
  const id = text.slice(diagnostic.range.start, diagnostic.range.end);
  const names = [...step.level.byId.keys()].filter(
    (each) => each !== step.id && waitingFor(patient.analysis, step.level, each).has(step.id),
  );
  const target = step.level.byId.get(id);
  const needed = target === undefined || target === step ? [] : addNeed(text, step, id);
  return [
    ...needed,
    ...near(id, names).flatMap((each) =>
      possible(`Change to "${each}"`, replace(diagnostic.range, scalar(each))),
    ),
    ...possible('Take `rewind_to` away', remove(patient)),
  ];
}

/** Adds a need to a step, however its needs are written. */
export function addNeed(text: string, step: StepEntry, id: string): readonly Mend[] {
  const title = `Add "${id}" to the needs of "${step.id}"`;
  const needs = valueOf(step.node, 'needs');
  if (step.node.kind !== 'map') return [];
  if (needs === undefined) return possible(title, addition(text, step.node, `needs: ${scalar(id)}`));
  const written = text.slice(needs.range.start, needs.range.end);
  if (needs.kind !== 'list') return possible(title, replace(needs.range, `[${written}, ${scalar(id)}]`));
  const last = needs.items.at(-1);
  if (last === undefined) return possible(title, replace(needs.range, `[${scalar(id)}]`));
  if (isFlowAt(text, needs.range)) return possible(title, insertion(last.range.end, `, ${scalar(id)}`));
  const line = lineStartAt(text, last.range.start);
  const dash = /^[ ]*- /.exec(text.slice(line, last.range.start))?.[0];
  return dash === undefined ? [] : possible(title, insertion(last.range.end, `\n${dash}${scalar(id)}`));
}
