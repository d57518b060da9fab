import { certain, possible, replace, useAround, type Case, type Cure, type Mend } from './mend.ts';
import { moveRaw } from './move-to-env.ts';

/** Without `raw()`, which is certain where it means nothing or is refused; or by way of a variable. */
export const cureRaw: Cure = (patient) => {
  const { analysis, diagnostic } = patient;
  const use = useAround(analysis, diagnostic.range);
  if (use === undefined || !use.parsed.ok) return [];
  const isWanted = diagnostic.severity === 'warning' && !diagnostic.message.includes('means nothing');
  const unwrapped = unwrap(patient, use.range, isWanted ? possible : certain);
  return [...unwrapped, ...(isWanted ? moveRaw(patient, use.range) : [])];
};

/** The one `raw(…)` of an expression becomes what stands in its parentheses. */
function unwrap(
  { text }: Case,
  range: { readonly start: number; readonly end: number },
  offer: typeof certain,
): readonly Mend[] {
  const source = text.slice(range.start, range.end);
  const found = [...source.matchAll(/\braw\s*\(/gi)];
  const [only] = found;
  if (only === undefined || found.length > 1 || source.slice(0, only.index).includes("'")) return [];
  const open = only.index + only[0].length;
  const close = closing(source, open);
  if (close === undefined) return [];
  return offer(
    'Leave `raw()` out',
    replace({ start: range.start + only.index, end: range.start + open }, ''),
    replace({ start: range.start + close, end: range.start + close + 1 }, ''),
  );
}

function closing(source: string, from: number): number | undefined {
  let depth = 1;
  let quoted = false;
  for (let i = from; i < source.length; i++) {
    if (source[i] === "'") quoted = !quoted;
    else if (!quoted && source[i] === '(') depth++;
    else if (!quoted && source[i] === ')' && --depth === 0) return i;
  }
  return undefined;
}
