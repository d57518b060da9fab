import { CONTEXTS, FUNCTIONS, STATUS_FUNCTIONS, STEP_FIELDS } from '../expression/functions.ts';
import type { Analysis } from './analyze.ts';
import type { Completion, CompletionKind, CompletionSources } from './completion.ts';
import { writtenOutputs } from './outputs.ts';
import type { Place } from './place.ts';
import { stepAt } from './step-at.ts';
import { levelsFrom, visibleStep, type StepEntry, type StepLevel } from './step-entries.ts';
import { valueOf, type YamlNode } from './tree.ts';

/** `steps.build.out‸`: what has been written of the name, and what stands before its dots. */
const CHAIN = /[A-Za-z_][\w-]*(?:\.[\w-]*|\[\s*'[^']*'\s*\])*\.?$/;

interface Here {
  readonly analysis: Analysis;
  readonly sources: CompletionSources;
  readonly step: StepEntry | undefined;
  /** The steps that may be read. */
  readonly level: StepLevel;
  readonly isCondition: boolean;
  readonly range: { readonly start: number; readonly end: number };
}

/** What may be written inside `${{ }}`, and in fields that are an expression. */
export function completeExpression(
  analysis: Analysis,
  offset: number,
  { place, sources }: { readonly place: Place; readonly sources: CompletionSources },
): readonly Completion[] {
  const { text } = analysis;
  const before = text.slice(place.expression?.start ?? offset, offset);
  if (isInText(before)) return [];
  const chain = CHAIN.exec(before)?.[0] ?? '';
  const parts = chain.replaceAll(/\[\s*'([^']*)'\s*\]/g, '.$1').split('.');
  const word = parts.pop() ?? '';
  const at = stepAt(analysis, place.path);
  const isUntil = at?.rest[0] === 'loop' && at.rest[1] === 'until';
  let end = offset;
  while (/[\w-]/.test(text[end] ?? '')) end++;
  const here: Here = {
    analysis,
    sources,
    step: at?.step,
    level: (isUntil ? at.step?.inner : undefined) ?? at?.level ?? analysis.index.steps,
    isCondition: ['if', 'until', 'when'].includes(String(place.path.at(-1))),
    range: { start: offset - word.length, end },
  };
  return parts.length === 0 ? roots(here) : members(here, parts);
}

/** Inside of quotes there is nothing to name. */
function isInText(before: string): boolean {
  return (before.split("'").length - 1) % 2 === 1;
}

function roots(here: Here): readonly Completion[] {
  const { range, step, level, analysis } = here;
  const matrix = fanOut(step, 'matrix');
  const isThere: Readonly<Record<string, boolean>> = {
    item: fanOut(step, 'for_each') !== undefined,
    item_index: fanOut(step, 'for_each') !== undefined,
    matrix: matrix !== undefined,
    loop: level.loop !== undefined,
    schedule: analysis.workflow.schedules.length > 0,
    inputs: analysis.workflow.inputs.length > 0,
  };
  const contexts = [...CONTEXTS.values()]
    .filter(({ name }) => isThere[name] !== false)
    .map(({ name, summary }): Completion => {
      const leads = name !== 'item' && name !== 'item_index';
      return {
        label: name,
        kind: 'context',
        documentation: summary,
        insert: leads ? `${name}.` : name,
        range,
        again: leads,
      };
    });
  const isStatus = (name: string) => (STATUS_FUNCTIONS as readonly string[]).includes(name);
  const functions = [...FUNCTIONS.values()].filter(({ name }) => here.isCondition || !isStatus(name));
  const offered = functions.map(({ name, signature, summary, maxArgs }): Completion => {
    const call = maxArgs === 0 ? { insert: `${name}()` } : { insert: `${name}($0)`, isSnippet: true };
    return { label: name, kind: 'function', detail: signature, documentation: summary, ...call, range };
  });
  return here.isCondition
    ? [
        ...offered.filter(({ label }) => isStatus(label)),
        ...contexts,
        ...offered.filter(({ label }) => !isStatus(label)),
      ]
    : [...contexts, ...offered];
}

function members(here: Here, [root = '', ...path]: readonly string[]): readonly Completion[] {
  const { analysis, range, level, step } = here;
  const offer = (names: Iterable<string>, kind: CompletionKind) =>
    [...new Set(names)].map((label): Completion => ({ label, kind, insert: label, range }));
  if (root === 'steps') return stepMembers(here, path);
  if (path.length > 0) return [];
  switch (root) {
    case 'inputs':
      return analysis.workflow.inputs.map((input) => ({
        label: input.name,
        kind: 'input',
        detail: input.secret ? 'secret' : input.type,
        ...(input.description !== undefined && { documentation: input.description }),
        insert: input.name,
        range,
      }));
    case 'env':
      return offer(
        [...Object.keys(analysis.workflow.env), ...namesIn(valueOf(step?.node, 'env'))],
        'variable',
      );
    case 'matrix':
      return offer(
        namesIn(fanOut(step, 'matrix')).filter((name) => name !== 'include' && name !== 'exclude'),
        'field',
      );
    case 'loop':
      if (level.loop === undefined) return [];
      break;
  }
  const fields = CONTEXTS.get(root)?.fields ?? [];
  return fields.map(({ name, summary }) => ({
    label: name,
    kind: 'field',
    documentation: summary,
    insert: name,
    range,
  }));
}

function stepMembers(here: Here, [id, field, ...more]: readonly string[]): readonly Completion[] {
  const { level, step, range, sources } = here;
  if (id === undefined) {
    return [...levelsFrom(level)].flatMap(({ entries }) =>
      entries
        .filter((each) => each !== step && each !== level.loop)
        .map(({ id: label, kinds: [kind] }): Completion => {
          return {
            label,
            kind: 'step',
            ...(kind !== undefined && { detail: kind.kind }),
            insert: `${label}.`,
            range,
            again: true,
          };
        }),
    );
  }
  const read = visibleStep(level, id);
  if (read === undefined || more.length > 0) return [];
  if (field === 'outputs') {
    const names = [...writtenOutputs(read), ...(sources.lastOutputs?.(id) ?? [])];
    return [...new Set(names)].map((label) => ({ label, kind: 'field', insert: label, range }));
  }
  if (field !== undefined) return [];
  const isFanOut = fanOut(read, 'for_each') !== undefined || fanOut(read, 'matrix') !== undefined;
  return STEP_FIELDS.filter(({ name }) => name !== 'items' || isFanOut).map(({ name, summary }) => {
    const leads = name === 'outputs';
    return {
      label: name,
      kind: 'field',
      documentation: summary,
      insert: leads ? `${name}.` : name,
      range,
      again: leads,
    };
  });
}

/** The fan-out of a step, or of a loop around it. */
function fanOut(step: StepEntry | undefined, kind: 'for_each' | 'matrix'): YamlNode | undefined {
  for (let each = step; each !== undefined; each = each.level.loop) {
    const found = valueOf(each.node, kind);
    if (found !== undefined) return found;
  }
  return undefined;
}

function namesIn(node: YamlNode | undefined): readonly string[] {
  return node?.kind === 'map' ? node.entries.map(({ key }) => key.text) : [];
}
