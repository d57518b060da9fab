import type { StepKind } from '../model/step-kind.ts';
import type { Schedule, Step, StepId, Workflow } from '../model/workflow.ts';
import type { Analysis } from './analyze.ts';
import { allSteps, type StepEntry } from './step-entries.ts';
import { textOf, valueOf, type YamlNode } from './tree.ts';
import { wavesOf } from './waves.ts';

/** What a file does not say, but means: shown behind what it says. */
export type Inlay =
  /** Steps of one wave could run at once; from 1. */
  | { readonly kind: 'wave'; readonly offset: number; readonly wave: number; readonly waves: number }
  /** What the workflow's `defaults` give to a step. */
  | {
      readonly kind: 'default';
      readonly offset: number;
      readonly field: DefaultField;
      readonly value: string;
    }
  /** When a schedule is due next, in milliseconds since the epoch. */
  | { readonly kind: 'next-run'; readonly offset: number; readonly at: number };

export type DefaultField = 'shell' | 'cwd' | 'timeout' | 'retry';

/** What only a scheduler knows. */
export interface InlaySources {
  /** Milliseconds since the epoch; undefined where it never is due again, or nobody knows. */
  readonly nextTime?: (schedule: Schedule) => number | undefined;
}

/** Waves and defaults behind the ids of steps, the next time behind schedules. By place. */
export function inlays(analysis: Analysis, { nextTime }: InlaySources = {}): readonly Inlay[] {
  const { text, tree, workflow, index } = analysis;
  const waves = new Map([...waveInlays(text, workflow.steps), ...waveInlays(text, workflow.finally)]);
  const defaults = valueOf(tree, 'defaults');
  const found: Inlay[] = nextTime === undefined ? [] : nextRuns(tree, workflow, nextTime);
  for (const entry of allSteps(index.steps, index.finally)) {
    const wave = waves.get(entry.key.range.start);
    if (wave !== undefined) found.push(wave);
    found.push(...resolvedDefaults(text, entry, defaults));
  }
  return found.toSorted((a, b) => a.offset - b.offset);
}

/** By where the id of a step begins. Where all can run at once, there is nothing to tell. */
function waveInlays(text: string, steps: readonly Step[]): [number, Inlay][] {
  const waves = wavesOf(steps);
  const numbers = new Map<StepId, number>(waves.flatMap((wave, i) => wave.map((id) => [id, i + 1] as const)));
  return steps.flatMap((step): [number, Inlay][] => {
    const inside = step.kind === 'loop' ? waveInlays(text, step.with.steps) : [];
    const wave = numbers.get(step.id);
    if (wave === undefined || waves.length < 2) return inside;
    const inlay: Inlay = { kind: 'wave', offset: behind(text, step.idRange.end), wave, waves: waves.length };
    return [[step.idRange.start, inlay], ...inside];
  });
}

/** Behind the colon of a key. */
function behind(text: string, keyEnd: number): number {
  COLON.lastIndex = keyEnd;
  return COLON.test(text) ? COLON.lastIndex : keyEnd;
}
const COLON = /[ \t]*:/y;

/** What a step takes from `defaults`, as far as it makes a difference to a step of its kind. */
function resolvedDefaults(
  text: string,
  { key, node, kinds }: StepEntry,
  defaults: YamlNode | undefined,
): Inlay[] {
  const [only, other] = kinds;
  if (defaults === undefined || only === undefined || other !== undefined) return [];
  const offset = behind(text, key.range.end);
  return FIELDS.flatMap(({ field, kinds: where, of }): Inlay[] => {
    if (!where.includes(only.kind) || valueOf(node, field) !== undefined) return [];
    if (field === 'shell' && !readsShell(only.value)) return [];
    const value = textOf(of(defaults));
    return value === undefined ? [] : [{ kind: 'default', offset, field, value }];
  });
}

/** Which kinds of step a default makes a difference to. */
const FIELDS: readonly {
  readonly field: DefaultField;
  readonly kinds: readonly StepKind[];
  readonly of: (defaults: YamlNode) => YamlNode | undefined;
}[] = [
  { field: 'shell', kinds: ['run', 'gate'], of: (defaults) => valueOf(defaults, 'shell') },
  { field: 'cwd', kinds: ['run', 'script', 'agent', 'gate'], of: (defaults) => valueOf(defaults, 'cwd') },
  {
    field: 'timeout',
    kinds: ['run', 'script', 'agent', 'workflow', 'loop'],
    of: (defaults) => valueOf(defaults, 'timeout'),
  },
  {
    field: 'retry',
    kinds: ['run', 'script', 'agent', 'workflow'],
    of: (defaults) => valueOf(valueOf(defaults, 'retry'), 'max'),
  },
];

/** A list of arguments has no shell, and of gates only those that check with a command have one. */
function readsShell(value: YamlNode): boolean {
  return value.kind === 'scalar' || valueOf(value, 'check')?.kind === 'scalar';
}

/** Behind the words that say when. */
function nextRuns(
  tree: YamlNode | undefined,
  { schedules }: Workflow,
  nextTime: (schedule: Schedule) => number | undefined,
): Inlay[] {
  const node = valueOf(valueOf(tree, 'on'), 'schedule');
  const items = node?.kind === 'list' ? node.items : node === undefined ? [] : [node];
  return items.flatMap((item): Inlay[] => {
    const schedule = schedules.find(({ range }) => range.start === item.range.start);
    const when = valueOf(item, 'cron') ?? valueOf(item, 'every') ?? valueOf(item, 'at');
    const at = schedule && nextTime(schedule);
    return when === undefined || at === undefined ? [] : [{ kind: 'next-run', offset: when.range.end, at }];
  });
}
