import type { Diagnostic } from '../../model/diagnostic.ts';
import { refFrom } from '../../model/ref.ts';
import type { InputDeclaration } from '../../model/workflow.ts';
import { hasExpression } from '../../expression/template.ts';
import type { ChildLook } from '../children.ts';
import { finding, listed, suggestion } from '../findings.ts';
import type { StepEntry } from '../step-entries.ts';
import { entryOf, textOf, valueOf, type YamlEntry } from '../tree.ts';
import type { CheckContext } from './check.ts';

/** A run may be the child of a run, and so on, this deep. */
export const DEEPEST_CHILD = 16;

/** What `workflow` steps run exists, can run, comes to an end, and is given the inputs that it declares. */
export function checkChildren(context: CheckContext): readonly Diagnostic[] {
  return context.steps.flatMap((step) => {
    const path = entryOf(step.node, 'workflow');
    return path === undefined ? [] : checkChild(step, path, context);
  });
}

function checkChild(step: StepEntry, { value }: YamlEntry, context: CheckContext): readonly Diagnostic[] {
  const path = textOf(value);
  if (path === undefined || path.trim() === '') return [];
  if (hasExpression(path)) {
    const message =
      '`workflow` names a file that is checked together with this one, so it cannot be an expression.';
    return [finding('baton/child', value.range, message)];
  }
  const { look, workflow } = context;
  if (look === undefined) return []; // Nobody looks at other files here.
  const ref = refFrom(workflow.ref, path);
  const child = look(ref);
  if (!child.found)
    return [finding('baton/child', value.range, `There is no workflow file "${ref}". ${child.hint}`)];
  const loop = loopThrough(workflow.ref, ref, look);
  if (loop !== undefined) return [finding('baton/child', value.range, loop)];
  const broken = child.runnable
    ? []
    : [
        finding(
          'baton/child',
          value.range,
          `The workflow "${ref}" cannot run as it is: it has errors of its own.`,
        ),
      ];
  return [...broken, ...checkInputs(step, value.range, { ref, inputs: child.inputs })];
}

/** How a workflow comes to run itself, or runs too deep; undefined where all is well. */
function loopThrough(from: string, first: string, look: (ref: string) => ChildLook): string | undefined {
  const open: (readonly string[])[] = [[from, first]];
  const seen = new Set<string>();
  for (let way = open.pop(); way !== undefined; way = open.pop()) {
    const ref = way.at(-1) ?? '';
    const met = way.indexOf(ref);
    if (met < way.length - 1) {
      const loop = way.slice(met);
      const who = met === 0 ? 'This workflow would run itself' : 'These workflows would run each other';
      return `${who} without end: ${loop.join(' → ')}.`;
    }
    if (way.length > DEEPEST_CHILD + 1)
      return `Workflows that run workflows go at most ${DEEPEST_CHILD} deep: ${way.join(' → ')}.`;
    const key = `${way.length} ${ref}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const child = look(ref);
    if (!child.found) continue;
    for (const next of child.children) open.push([...way, next]);
  }
  return undefined;
}

function checkInputs(
  step: StepEntry,
  at: Diagnostic['range'],
  { ref, inputs }: { readonly ref: string; readonly inputs: readonly InputDeclaration[] },
): readonly Diagnostic[] {
  const given = valueOf(step.node, 'with');
  const entries = given?.kind === 'map' ? given.entries : [];
  const names = inputs.map(({ name }) => name);
  const taken = new Set(entries.map(({ key }) => key.text));
  const missing = inputs.filter(
    ({ name, required, default: value }) =>
      required && value === undefined && !entries.some(({ key }) => key.text === name),
  );
  return [
    ...missing.map(({ name }) =>
      finding('baton/child', at, `The workflow "${ref}" needs its input "${name}": give it under \`with\`.`),
    ),
    ...entries.flatMap((entry) => checkValue(entry, { ref, names, inputs, given: taken })),
  ];
}

function checkValue(
  { key, value }: YamlEntry,
  child: {
    readonly ref: string;
    readonly names: readonly string[];
    readonly given: ReadonlySet<string>;
    readonly inputs: readonly InputDeclaration[];
  },
): readonly Diagnostic[] {
  const input = child.inputs.find(({ name }) => name === key.text);
  if (input === undefined) {
    const { hint, fixes } = suggestion(key.text, child.names, key.range);
    const there = child.names.length === 0 ? ' It takes none.' : ` It takes ${listed(child.names)}.`;
    const message = `The workflow "${child.ref}" has no input "${key.text}".${hint === '' ? there : hint}`;
    const isFree = fixes.every(({ edits: [edit] }) => !child.given.has(edit?.newText ?? ''));
    return [finding('baton/child', key.range, message, { fixes: isFree ? fixes : [] })];
  }
  const text = textOf(value);
  if (text === undefined || hasExpression(text)) return [];
  const wrong = wrongValue(input, text);
  return wrong === undefined ? [] : [finding('baton/child', value.range, wrong)];
}

function wrongValue({ name, type, enum: allowed }: InputDeclaration, text: string): string | undefined {
  if (type === 'number' && (text.trim() === '' || !Number.isFinite(Number(text)))) {
    return `Input "${name}" is a number, but here it is "${text}".`;
  }
  if (type === 'boolean' && text !== 'true' && text !== 'false') {
    return `Input "${name}" is true or false, but here it is "${text}".`;
  }
  if (allowed === undefined || allowed.some((each) => String(each) === text)) return undefined;
  return `Input "${name}" is one of ${allowed.join(', ')}, but here it is "${text}".`;
}
