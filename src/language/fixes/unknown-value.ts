import { nearestAll } from '../../base/nearest.ts';
import { STEP_FIELDS } from '../../expression/functions.ts';
import { inFile } from '../expression-uses.ts';
import { entryOf } from '../tree.ts';
import { addition, insertion, isFlowAt, lineInsertion, startWithComments } from '../yaml-edits.ts';
import { possible, replace, useAround, type Case, type Cure, type Mend } from './mend.ts';

/** An input that is still to be declared, an output written without `outputs`, or one name too many. */
export const cureUnknownValue: Cure = (patient) => {
  const { analysis, diagnostic } = patient;
  const use = useAround(analysis, diagnostic.range);
  if (use === undefined || !use.parsed.ok) return [];
  const reference = use.parsed.value.references.find(({ range }) => {
    const { start, end } = inFile(use, range);
    return start <= diagnostic.range.start && diagnostic.range.end <= end;
  });
  if (reference === undefined) return [];
  const [root, name = '', field] = reference.path;
  const isWhole = inFile(use, reference.range).start === diagnostic.range.start;
  if (isWhole) return root === 'run' || root === 'inputs' || root === 'steps' ? tooMuch(patient) : [];
  if (root === 'inputs') return [...others(patient, name), ...declare(patient, name)];
  if (root !== 'steps' || field === undefined) return [];
  const isNear =
    nearestAll(
      field,
      STEP_FIELDS.map((each) => each.name),
    ).length > 0;
  return isNear ? [] : possible(`Read the output "${field}"`, insertion(diagnostic.range.start, 'outputs.'));
};

/** Of several inputs that may be meant, each. */
function others({ analysis, diagnostic }: Case, name: string): readonly Mend[] {
  const near = [
    ...new Set(
      nearestAll(
        name,
        analysis.workflow.inputs.map((input) => input.name),
      ),
    ),
  ];
  if (near.length < 2) return [];
  return near.flatMap((each) => possible(`Change to "${each}"`, replace(diagnostic.range, each)));
}

/** `inputs: { who: { … } }`, the way the inputs are written. */
function declare({ text, analysis: { tree } }: Case, name: string): readonly Mend[] {
  const title = `Add an input "${name}"`;
  if (!/^[A-Za-z_][\w-]*$/.test(name) || tree?.kind !== 'map') return [];
  const inputs = entryOf(tree, 'inputs');
  if (inputs !== undefined)
    return inputs.value.kind === 'map'
      ? possible(title, addition(text, inputs.value, `${name}: { type: string }`))
      : [];
  const block = `inputs:\n  ${name}: { type: string }`;
  if (isFlowAt(text, tree.range))
    return possible(title, addition(text, tree, `inputs: { ${name}: { type: string } }`));
  const before = entryOf(tree, 'steps') ?? tree.entries[0];
  return before === undefined
    ? []
    : possible(title, lineInsertion(text, startWithComments(text, before.range.start), block));
}

/** `run.id.x`: a single value has nothing in it. */
function tooMuch({ text, diagnostic: { range, message } }: Case): readonly Mend[] {
  const name = /so there is no "([^"]+)" in it/.exec(message)?.[1];
  const written = text.slice(range.start, range.end);
  if (name === undefined || !written.endsWith(`.${name}`)) return [];
  return possible(
    `Take \`.${name}\` away`,
    replace({ start: range.end - name.length - 1, end: range.end }, ''),
  );
}
