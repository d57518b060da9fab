import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Json } from '../../src/base/json.ts';
import { linesOf } from '../../src/base/lines.ts';
import { evaluate, evaluateCondition, renderTemplate } from '../../src/expression/evaluate.ts';
import { parseExpression } from '../../src/expression/parse.ts';
import { placeInShell, shellProblems } from '../../src/expression/shell-text.ts';
import { analyze, blockers } from '../../src/language/analyze.ts';
import { readAnyYaml, readYaml } from '../../src/language/read-yaml.ts';
import { scopeWith } from '../expression/scope.ts';
import { randomFrom, type Random } from './random.ts';

/** Texts of up to this many characters have to be read in time. */
const LONGEST_TEXT = 64 * 1024;
/** By the processor's time, so that a busy machine changes nothing. */
const SLOWEST_CASE_MS = 2000;

const ROOT = path.resolve(import.meta.dirname, '../..');
const TEXTS = ['test/corpus', 'examples', '.workflows'].flatMap((folder) =>
  fs
    .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
    .map((name) => fs.readFileSync(path.join(ROOT, folder, name))),
);

/** What readers of YAML and of expressions trip over. */
const PIECES = [
  ['${{', '}}', '${{ ', ' }}', "'", '"', '\\', '`', '$(', '$((', '))', '<<EOF\n', 'EOF\n', '${', '#{'],
  ['<<: *a', '&a ', '*a', '!!binary ', '!!str ', '!<x> ', '? ', ': ', '- ', '|2-\n', '>+\n', '|\n', '|9'],
  ['---\n', '...\n', '%YAML 1.1\n', '\t', '\r', '\r\n', '\0', '\uFEFF', '\uD800', '\uDC00', '\u2028'],
  ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', '1e999', '0x', '.inf', '-.nan'],
  ['[', ']', '{', '}', ',', '[[[[[[[[', '{a: {a: {a: ', '\n', '\n  ', '\n      ', '#', '# baton-ignore: '],
  ['steps:', 'needs:', 'run:', 'if:', 'env:', 'loop:', 'gate:', 'matrix:', 'for_each:', 'null', '~', ''],
  ['steps.a.outputs.b', 'inputs.x', 'fromJSON(', 'toJSON(', 'format(', 'join(', 'default(', 'always()'],
  ['==', '!=', '&&', '||', '!', '<', '>=', '(', ')', '.*', "['a']", '[0]', '999999999999999999999d', '@@'],
].flat();

const SOURCES = [
  "steps.scan.outputs.json == 'x' && !(inputs.count > 3)",
  "format('{0} of {1}', inputs.count, join(fromJSON(steps.scan.outputs.json).*.name, ', '))",
  "default(inputs['none'], toJSON(item.a[item_index]))",
  "contains(steps.scan.items.*.status, 'failed') || always() && none_failed()",
  "startsWith(inputs.target, 'a''b') == endsWith(env.CI, 'true')",
  "hashFiles('**/*.json', 'b')",
];
const SCOPE = scopeWith(
  {
    inputs: { target: 'src', count: 3, none: null, strict: true },
    env: { CI: 'true' },
    item: { a: [1, 'x', null], 'odd key': { b: [[]] } },
    item_index: 0,
  },
  {
    scan: {
      outputs: { json: '[{"name":"a"},{}]' },
      result: 'succeeded',
      items: [{ key: '0', status: 'failed' }],
    },
  } satisfies Record<string, Json>,
);

/** One case: the same seed and number make the same case. */
export interface FuzzCase {
  readonly kind: 'workflow' | 'expression';
  readonly text: string;
}

export function fuzzCase(seed: number, number: number): FuzzCase {
  const random = randomFrom(Math.imul(seed, 0x9e3779b1) ^ number);
  if (random.next() < 0.6) return { kind: 'workflow', text: workflowText(random) };
  return { kind: 'expression', text: mutated(random.pick(SOURCES), random) };
}

function workflowText(random: Random): string {
  const bytes = random.next() < 0.3 ? flipped(random.pick(TEXTS), random) : random.pick(TEXTS);
  return mutated(bytes.toString('utf8'), random);
}

function flipped(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  for (let i = random.below(8); i >= 0 && copy.length > 0; i--) {
    const at = random.below(copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
  }
  return copy;
}

const MUTATIONS: readonly ((text: string, random: Random) => string)[] = [
  (text, random) => splice(text, random, 0, random.pick(PIECES)),
  (text, random) => splice(text, random, random.below(12), ''),
  (text, random) => splice(text, random, random.below(200), ''),
  (text, random) => text.slice(0, random.below(text.length + 1)),
  (text, random) => splice(text, random, random.below(30), part(random.pick(TEXTS).toString('utf8'), random)),
  (text, random) => splice(text, random, 0, part(text, random)),
  (text, random) => splice(text, random, 0, random.pick(PIECES).repeat(1 + random.below(3000))),
  duplicatedLine,
  swappedLines,
  indentedLine,
];

function mutated(text: string, random: Random): string {
  let changed = text;
  for (let i = random.below(6); i >= 0; i--)
    changed = random.pick(MUTATIONS)(changed, random).slice(0, LONGEST_TEXT);
  return changed;
}

function splice(text: string, random: Random, take: number, put: string): string {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + put + text.slice(at + take);
}

function part(text: string, random: Random): string {
  const start = random.below(text.length + 1);
  return text.slice(start, start + random.below(300));
}

function duplicatedLine(text: string, random: Random): string {
  const lines = text.split('\n');
  const at = random.below(lines.length);
  const times = random.next() < 0.05 ? random.below(2000) : 1;
  lines.splice(at, 0, ...Array.from({ length: times }, () => lines[at] ?? ''));
  return lines.join('\n');
}

function swappedLines(text: string, random: Random): string {
  const lines = text.split('\n');
  const [a, b] = [random.below(lines.length), random.below(lines.length)];
  [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
  return lines.join('\n');
}

function indentedLine(text: string, random: Random): string {
  const lines = text.split('\n');
  const at = random.below(lines.length);
  const line = lines[at] ?? '';
  lines[at] = random.next() < 0.5 ? `${' '.repeat(1 + random.below(8))}${line}` : line.trimStart();
  return lines.join('\n');
}

/** Throws where a case shows a mistake of ours. */
export function checkCase({ kind, text }: FuzzCase): void {
  if (kind === 'workflow') checkWorkflow(text);
  else inTime(() => checkExpression(text));
}

function inTime<T>(work: () => T): T {
  const began = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(began);
  const tookMs = (user + system) / 1000;
  assert.ok(tookMs < SLOWEST_CASE_MS, `it took ${Math.round(tookMs)} ms`);
  return result;
}

/** Analysis never throws, says the same twice, and points at places that are there. */
function checkWorkflow(text: string): void {
  const analysis = inTime(() => analyze(text));
  assert.deepEqual(said(analysis), said(analyze(text)), 'it says something else the second time');
  assert.deepEqual(readYaml(text), readAnyYaml(text), 'the short way reads something else');
  const lines = linesOf(text);
  for (const { range, related } of [...analysis.diagnostics, ...analysis.silenced]) {
    for (const each of [range, ...related.map((place) => place.range)]) {
      assert.ok(
        each.start >= 0 && each.start <= each.end && each.end <= text.length,
        'a range outside of the text',
      );
      lines.position(each.start);
    }
  }
  assert.equal(analysis.runnable, blockers(analysis).length === 0, 'runnable, and yet not');
  for (const { parsed } of analysis.index.expressions) if (parsed.ok) evaluate(parsed.value, SCOPE);
}

function said({ workflow, diagnostics, silenced, runnable, cycles }: ReturnType<typeof analyze>): string {
  return JSON.stringify({ workflow, diagnostics, silenced, runnable, cycles });
}

/** Nothing throws; what is refused when the file is loaded is not placed when the step starts. */
function checkExpression(source: string): void {
  const parsed = parseExpression(source);
  if (parsed.ok) {
    const once = JSON.stringify(evaluate(parsed.value, SCOPE));
    assert.equal(JSON.stringify(evaluate(parsed.value, SCOPE)), once, 'it has another value the second time');
  } else {
    const { start, end } = parsed.error.range;
    assert.ok(start >= 0 && start <= end && end <= source.length, 'a range outside of the text');
  }
  evaluateCondition(source, SCOPE);
  renderTemplate(source, SCOPE);
  renderTemplate(`a \${{ ${source} }} b`, SCOPE);
  for (const shell of ['bash', 'sh'] as const) {
    for (const text of [
      source,
      `echo "\${{ ${source} }}" '\${{ inputs.target }}' $(( \${{ inputs.count }} ))`,
    ]) {
      const problems = shellProblems(shell, text);
      const placed = placeInShell(shell, text, SCOPE);
      assert.ok(problems.length === 0 || !placed.ok || /raw/i.test(text), 'refused, and yet placed');
    }
  }
}
