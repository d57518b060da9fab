import { parseExpression } from './parse.ts';

/** Whether an expression is `raw(…)` and nothing else: its value is pasted into shell text as it is (rule V3). */
export function isRaw(source: string): boolean {
  if (!/^\s*raw\s*\(/i.test(source)) return false;
  const parsed = parseExpression(source);
  return parsed.ok && 'functionName' in parsed.value.root;
}

/** Whether an expression has `raw` somewhere inside, where it could mean nothing. */
export function misusesRaw(source: string): boolean {
  if (!/raw/i.test(source) || isRaw(source)) return false;
  const parsed = parseExpression(source);
  return parsed.ok && parsed.value.functions.some(({ name }) => name === 'raw');
}
