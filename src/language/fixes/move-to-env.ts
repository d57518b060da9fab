import { lineStartAt } from '../../base/lines.ts';
import { splitTemplate } from '../../expression/template.ts';
import { scalarOffsets } from '../scalar-offsets.ts';
import type { StepEntry } from '../step-entries.ts';
import { entryOf, textOf, valueOf, type YamlScalar } from '../tree.ts';
import { addition, columnOf, eolOf, isFlowAt, scalar } from '../yaml-edits.ts';
import type { TextEdit } from '../../model/diagnostic.ts';
import { freeName } from '../free-name.ts';
import { possible, replace, stepAround, type Case, type Cure, type Mend } from './mend.ts';

/** What a program reads a variable by, where a bare expression stood; undefined where no one way is right. */
const READS: Readonly<Record<string, (name: string) => string>> = {
  node: (name) => `process.env.${name}`,
  typescript: (name) => `process.env.${name}`,
  javascript: (name) => `process.env.${name}`,
  ruby: (name) => `ENV["${name}"]`,
  perl: (name) => `$ENV{${name}}`,
  python: (name) => `__import__("os").environ["${name}"]`,
};

/** V3: a value reaches a program of another language through a variable. */
export const cureShell: Cure = (patient) => {
  const { analysis, diagnostic, text } = patient;
  const step = stepAround(analysis, diagnostic.range.start);
  const script = valueOf(step?.node, 'script');
  const read = READS[textOf(valueOf(step?.node, 'language')) ?? ''];
  if (step === undefined || script?.kind !== 'scalar' || read === undefined) return [];
  const source = /^\$\{\{([\s\S]*)\}\}$/
    .exec(text.slice(diagnostic.range.start, diagnostic.range.end))?.[1]
    ?.trim()
    .replace(/^raw\s*\(([\s\S]*)\)$/i, '$1');
  if (source === undefined) return [];
  const { start, end } = diagnostic.range;
  const [before, after] = [text[start - 1], text[end]];
  const isString = before === after && (before === '"' || before === "'" || before === '`');
  const inText = inString(text.slice(lineStartAt(text, start), start));
  if (!isString && inText) return [];
  const place = isString ? { start: start - 1, end: end + 1 } : { start, end };
  const name = variableName(source, step);
  const written = read(name);
  if (script.style === 'double' && written.includes('"')) return [];
  return possible(
    `Hand it over in a variable ${name}`,
    replace(place, written),
    envEntry(text, step, { name, source }),
  );
};

/** Whether a string of a program is open at the end of a line so far. */
function inString(line: string): boolean {
  return ['"', "'", '`'].some((quote) => line.split(quote).length % 2 === 0);
}

/** `raw(x)` in a command: the value goes into a variable of the step, and the command reads that. */
export function moveRaw(
  patient: Case,
  range: { readonly start: number; readonly end: number },
): readonly Mend[] {
  const { analysis, text } = patient;
  const step = stepAround(analysis, range.start);
  const source = /^\s*raw\s*\(([\s\S]*)\)\s*$/i.exec(text.slice(range.start, range.end))?.[1]?.trim();
  const run = valueOf(step?.node, 'run');
  if (step === undefined || source === undefined || run?.kind !== 'scalar') return [];
  const whole = expressionAround(run, text, range);
  if (whole === undefined) return [];
  const name = variableName(source, step);
  return possible(
    `Hand it over in a variable ${name}`,
    replace(whole, `\${{ env.${name} }}`),
    envEntry(text, step, { name, source }),
  );
}

/** An expression with its braces. */
function expressionAround(
  run: YamlScalar,
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
): { readonly start: number; readonly end: number } | undefined {
  const parts = splitTemplate(run.text);
  if (!parts.ok) return undefined;
  const toFile = scalarOffsets(run, text);
  return parts.value
    .filter(({ kind }) => kind === 'expression')
    .map(({ range }) => ({ start: toFile(range.start), end: toFile(range.end) }))
    .find((range) => range.start <= start && end <= range.end);
}

function variableName(source: string, step: StepEntry): string {
  const last = /([A-Za-z_][\w-]*)\s*(?:'\s*\])?$/.exec(source)?.[1] ?? 'VALUE';
  const env = valueOf(step.node, 'env');
  const taken = new Set(env?.kind === 'map' ? env.entries.map(({ key }) => key.text) : []);
  return freeName(last.replaceAll('-', '_').toUpperCase(), taken);
}

/** One variable more for a step. */
function envEntry(
  text: string,
  step: StepEntry,
  { name, source }: { readonly name: string; readonly source: string },
): TextEdit | undefined {
  const { node } = step;
  const env = entryOf(node, 'env');
  const isFlow = isFlowAt(text, node.range);
  const value = isFlow ? `"${source.includes('"') ? '' : `\${{ ${source} }}`}"` : quotedInBlock(source);
  if (node.kind !== 'map' || (isFlow && source.includes('"'))) return undefined;
  if (env !== undefined) {
    return env.value.kind === 'map' ? addition(text, env.value, `${name}: ${braced(source)}`) : undefined;
  }
  if (isFlow) return addition(text, node, `env: { ${name}: ${value} }`);
  const indent = ' '.repeat(columnOf(text, node.entries[0]?.range.start ?? 0) + 2);
  return addition(text, node, `env:${eolOf(text)}${indent}${name}: ${value}`);
}

function quotedInBlock(source: string): string {
  return /[:#]\s|\s#/.test(source) ? braced(source) : `\${{ ${source} }}`;
}

/** In quotes, which fits both styles. */
function braced(source: string): string {
  return scalar(`\${{ ${source} }}`);
}
