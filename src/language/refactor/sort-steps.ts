import type { StepEntry } from '../step-entries.ts';
import type { Here, Refactor, Refactoring } from './refactoring.ts';
import { needsIn } from './seam.ts';
import { blocksOf, type Block } from './step-blocks.ts';

/** Every step after those it waits for; steps that do not wait for each other keep their order. */
export const sortSteps: Refactor = (here) => {
  const { analysis, level } = here;
  const needs = needsIn(analysis, level);
  const sorted: StepEntry[] = [];
  const done = new Set<StepEntry>();
  const open = [...level.entries];
  while (open.length > 0) {
    const next = open.findIndex((step) => [...(needs.get(step) ?? [])].every((need) => done.has(need)));
    const [step] = next < 0 ? [] : open.splice(next, 1);
    if (step === undefined) return []; // They wait for each other, which is told elsewhere.
    sorted.push(step);
    done.add(step);
  }
  return reordered(here, sorted, 'Sort the steps by what they need');
};

/** The step at the cursor changes places with the one above, or below. */
export const moveStep: Refactor = (here) => {
  const { level, steps } = here;
  const [step, other] = steps;
  if (step === undefined || other !== undefined) return [];
  const i = level.entries.indexOf(step);
  const swapped = (j: number) => {
    const entries = [...level.entries];
    const there = entries[j];
    if (there === undefined) return undefined;
    [entries[i], entries[j]] = [there, step];
    return entries;
  };
  const [up, down] = [swapped(i - 1), swapped(i + 1)];
  return [
    ...(up === undefined ? [] : reordered(here, up, `Move "${step.id}" up`)),
    ...(down === undefined ? [] : reordered(here, down, `Move "${step.id}" down`)),
  ];
};

/** The steps in another order: what stands between them stays where it is. */
function reordered(
  { text, level }: Here,
  order: readonly StepEntry[],
  title: string,
): readonly Refactoring[] {
  const blocks = blocksOf(text, level);
  const [first, last] = [blocks?.[0], blocks?.at(-1)];
  if (blocks === undefined || first === undefined || last === undefined) return [];
  if (order.every((step, i) => step === level.entries[i])) return [];
  const gaps = blocks.slice(1).map(({ start }, i) => text.slice(blocks[i]?.end, start));
  // A comment apart from every step may be about all that follow.
  if (gaps.some((gap) => gap.trim() !== '')) return [];
  const texts = new Map(blocks.map((block) => [block.step, linesOf(text, block)]));
  const whole = order.map((step, i) => (texts.get(step) ?? '') + (gaps[i] ?? '')).join('');
  const newText = text[last.end - 1] === '\n' ? whole : whole.replace(/\r?\n$/, '');
  return [{ title, kind: 'move', edits: [{ range: { start: first.start, end: last.end }, newText }] }];
}

function linesOf(text: string, { start, end }: Block): string {
  const own = text.slice(start, end);
  return own.endsWith('\n') ? own : `${own}\n`;
}
