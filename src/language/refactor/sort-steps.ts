import type { StepEntry } from '../step-entries.ts';
import type { Here, Refactor, Refactoring } from './refactoring.ts';
import { needsIn } from './seam.ts';
import { blocksOf, type Block } from '../step-blocks.ts';

/** Every step after those it waits for; what need not move stays where it is. */
export const sortSteps: Refactor = (here) => {
  const { analysis, level } = here;
  const needs = needsIn(analysis, level);
  const sorted = new Set<StepEntry>();
  for (const step of level.entries) {
    // What a step waits for is put before it, and what that waits for before that.
    const open = [step];
    const begun = new Set<StepEntry>();
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const missing = [...(needs.get(top) ?? [])].filter((need) => !sorted.has(need));
      if (missing.length === 0) {
        sorted.add(top);
        open.pop();
      } else {
        if (begun.has(top)) return []; // They wait for each other, which is told elsewhere.
        begun.add(top);
        open.push(...missing.toReversed());
      }
    }
  }
  return reordered(here, [...sorted], 'Sort the steps by what they need');
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
  const from = order.findIndex((step, i) => step !== level.entries[i]);
  const to = order.findLastIndex((step, i) => step !== level.entries[i]);
  const moved = blocks.slice(from, to + 1);
  const [top, bottom] = [moved[0] ?? first, moved.at(-1) ?? last];
  const gaps = moved.slice(1).map(({ start }, i) => text.slice(moved[i]?.end, start));
  // A comment apart from every step may be about all that follow.
  if (gaps.some((gap) => gap.trim() !== '')) return [];
  const texts = new Map(moved.map((block) => [block.step, linesOf(text, block)]));
  const whole = order
    .slice(from, to + 1)
    .map((step, i) => (texts.get(step) ?? '') + (gaps[i] ?? ''))
    .join('');
  const newText = text[bottom.end - 1] === '\n' ? whole : whole.replace(/\r?\n$/, '');
  return [{ title, kind: 'move', edits: [{ range: { start: top.start, end: bottom.end }, newText }] }];
}

function linesOf(text: string, { start, end }: Block): string {
  const own = text.slice(start, end);
  return own.endsWith('\n') ? own : `${own}\n`;
}
