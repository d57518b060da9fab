import type { Range } from '../base/lines.ts';
import type { StepKind } from '../model/step-kind.ts';
import type { Analysis } from './analyze.ts';
import { needEntries } from './edges.ts';
import type { OtherFile } from './navigate.ts';
import type { StepEntry } from './step-entries.ts';
import { entryOf, isNothing, textOf, valueOf, type YamlEntry, type YamlNode } from './tree.ts';

/** A line of the outline. */
export interface OutlineItem {
  readonly name: string;
  readonly detail: string;
  readonly kind: 'workflow' | 'section' | 'input' | 'trigger' | StepKind | 'step';
  readonly range: Range;
  /** The name itself. */
  readonly selection: Range;
  readonly children: readonly OutlineItem[];
}

/** Inputs, triggers and steps, those inside of loops below them, in file order. Whatever is below lies within. */
export function outline(analysis: Analysis): readonly OutlineItem[] {
  return sections(analysis).map((item) => ({ ...item, children: within(item) }));
}

/** What an alias stands for is elsewhere; it shows where the alias does, or rather what holds that. */
function within({ range, selection, children }: OutlineItem): readonly OutlineItem[] {
  return children.map((child) => {
    const isInside = range.start <= child.range.start && child.range.end <= range.end;
    const placed = isInside ? child : { ...child, range: selection, selection };
    return { ...placed, children: within(placed) };
  });
}

function sections({ tree, index }: Analysis): readonly OutlineItem[] {
  if (tree?.kind !== 'map') return [];
  return tree.entries.flatMap((entry) => {
    switch (entry.key.text) {
      case 'inputs':
        return section(entry, inputs(entry.value));
      case 'on':
        return section(entry, triggers(entry.value));
      case 'steps':
        return section(entry, index.steps.entries.map(stepItem));
      case 'finally':
        return section(entry, index.finally.entries.map(stepItem));
      default:
        return [];
    }
  });
}

function section({ key, range }: YamlEntry, children: readonly OutlineItem[]): readonly OutlineItem[] {
  if (children.length === 0) return [];
  return [{ name: key.text, detail: '', kind: 'section', range, selection: key.range, children }];
}

function inputs(node: YamlNode): readonly OutlineItem[] {
  if (node.kind !== 'map') return [];
  return node.entries.map(({ key, value, range }) => {
    const detail = [
      textOf(valueOf(value, 'type')) ?? 'string',
      textOf(valueOf(value, 'required')) === 'true' ? 'required' : '',
    ];
    return {
      name: key.text,
      detail: detail.filter((each) => each !== '').join(', '),
      kind: 'input',
      range,
      selection: key.range,
      children: [],
    };
  });
}

function triggers(node: YamlNode): readonly OutlineItem[] {
  const schedule = entryOf(node, 'schedule');
  const items =
    schedule === undefined || isNothing(schedule.value)
      ? []
      : schedule.value.kind === 'list'
        ? schedule.value.items
        : [schedule.value];
  const times = items.flatMap((item): OutlineItem[] => {
    const [kind, value] = ['cron', 'every', 'at'].flatMap((key) => {
      const text = textOf(valueOf(item, key));
      return text === undefined ? [] : [key, text];
    });
    if (kind === undefined || value === undefined) return [];
    const detail = textOf(valueOf(item, 'timezone')) ?? '';
    return [
      {
        name: `${kind} ${value}`,
        detail,
        kind: 'trigger',
        range: item.range,
        selection: item.range,
        children: [],
      },
    ];
  });
  const files = entryOf(node, 'files');
  return files === undefined
    ? times
    : [
        ...times,
        {
          name: 'files',
          detail: '',
          kind: 'trigger',
          range: files.range,
          selection: files.key.range,
          children: [],
        },
      ];
}

function stepItem(step: StepEntry): OutlineItem {
  const needs = needEntries(step).map(({ id }) => id);
  const [kind] = step.kinds;
  const title = textOf(valueOf(step.node, 'name'));
  const detail = [title, kind?.kind, ...(needs.length > 0 ? [`needs ${needs.join(', ')}`] : [])];
  return {
    name: step.id,
    detail: detail.filter((each) => each !== undefined).join(' · '),
    kind: kind?.kind ?? 'step',
    range: step.range,
    selection: step.key.range,
    children: step.inner?.entries.map(stepItem) ?? [],
  };
}

/** A step or an input among those of all files. */
export interface WorkspaceSymbol {
  readonly name: string;
  readonly kind: OutlineItem['kind'];
  /** The file, and the loops around it: `ci/check.workflow.yaml › tdd`. */
  readonly container: string;
  readonly ref: string;
  readonly selection: Range;
}

/** The inputs and steps of some files whose names have all letters of a query, in their order; files in the order given. */
export function workspaceSymbols(files: readonly OtherFile[], query: string): readonly WorkspaceSymbol[] {
  const wanted = query.toLowerCase();
  return files.flatMap(({ ref, analysis }) => {
    const symbols = outline(analysis).flatMap(({ children }) => children.flatMap((item) => flat(item, ref)));
    return symbols
      .filter(({ item }) => item.kind !== 'trigger' && hasLetters(item.name.toLowerCase(), wanted))
      .map(({ item: { name, kind, selection }, container }) => ({ name, kind, selection, container, ref }));
  });
}

function flat(
  item: OutlineItem,
  container: string,
): readonly { readonly item: OutlineItem; readonly container: string }[] {
  const inside = `${container} › ${item.name}`;
  return [{ item, container }, ...item.children.flatMap((child) => flat(child, inside))];
}

/** As editors match names. */
function hasLetters(name: string, wanted: string): boolean {
  let at = 0;
  for (const letter of wanted) {
    const found = name.indexOf(letter, at);
    if (found < 0) return false;
    at = found + letter.length;
  }
  return true;
}
