import type { Range } from '../base/lines.ts';
import type { StepKind } from '../model/step-kind.ts';
import type { Analysis } from './analyze.ts';
import { needEntries } from './edges.ts';
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

/** Inputs, triggers and steps, those inside of loops below them, in file order. */
export function outline({ tree, index }: Analysis): readonly OutlineItem[] {
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
