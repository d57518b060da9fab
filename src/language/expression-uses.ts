import type { Range } from '../base/lines.ts';
import type { Result } from '../base/result.ts';
import type { ExpressionProblem, ParsedExpression } from '../expression/expression.ts';
import { parseExpression } from '../expression/parse.ts';
import { bareExpression, hasExpression, splitTemplate } from '../expression/template.ts';
import type { StepEntry, StepLevel } from './step-entries.ts';
import { allSteps } from './step-entries.ts';
import { scalarOffsets } from './scalar-offsets.ts';
import { entryOf, valueOf, type YamlNode, type YamlScalar } from './tree.ts';

/** Where an expression stands decides what it may read. */
export type ExpressionField = 'if' | 'until' | 'gate.when' | 'run' | 'script' | 'loop' | 'matrix' | 'workflow' | 'other';

/** One expression of the file. */
export interface ExpressionUse {
  readonly parsed: Result<ParsedExpression, ExpressionProblem>;
  /** Of the source, without braces. */
  readonly range: Range;
  readonly field: ExpressionField;
  /** The step it belongs to; undefined for the workflow's own fields. */
  readonly step: StepEntry | undefined;
  /** The steps it may read. */
  readonly level: StepLevel;
  /** Offsets in the source to offsets in the file. */
  readonly toFile: (offset: number) => number;
}

/** A range in an expression's source as a range of the file. */
export function inFile(use: Pick<ExpressionUse, 'toFile'>, { start, end }: Range): Range {
  return { start: use.toFile(start), end: use.toFile(end) };
}

/** Text that goes to a shell or an interpreter, with what is needed to check the expressions in it. */
export interface ProgramText {
  readonly scalar: YamlScalar;
  readonly step: StepEntry;
  readonly field: 'run' | 'script';
}

export interface Uses {
  readonly expressions: readonly ExpressionUse[];
  readonly programs: readonly ProgramText[];
  /** Expressions that are never closed. */
  readonly broken: readonly { readonly problem: ExpressionProblem; readonly range: Range }[];
}

/** Step fields whose texts may hold expressions, beside the kind's own. */
const STEP_FIELDS = ['env', 'cwd', 'with', 'for_each', 'matrix', 'concurrency', 'agent', 'workflow'] as const;
const WORKFLOW_FIELDS = ['env', 'defaults', 'dotenv', 'concurrency'] as const;

/** Finds every expression of a file. */
export function usesOf(file: string, root: YamlNode | undefined, levels: readonly StepLevel[]): Uses {
  const collector = new Collector(file);
  const [outermost] = levels;
  if (outermost !== undefined) {
    for (const key of WORKFLOW_FIELDS) {
      collector.texts(entryOf(root, key)?.value, { field: 'workflow', step: undefined, level: outermost });
    }
  }
  for (const step of allSteps(...levels)) collectStep(collector, step);
  return collector;
}

function collectStep(collector: Collector, step: StepEntry): void {
  if (step.node.kind !== 'map') return;
  const { level } = step;
  for (const { key, value } of step.node.entries) {
    const at = { field: 'other' as ExpressionField, step, level };
    if (key.text === 'if') collector.condition(value, { ...at, field: 'if' });
    else if (key.text === 'run') collector.program(value, { ...at, field: 'run' });
    else if (key.text === 'script') collector.program(value, { ...at, field: 'script' });
    else if (key.text === 'gate') collectGate(collector, value, at);
    else if (key.text === 'loop') {
      collector.condition(valueOf(value, 'until'), { step, level: step.inner ?? level, field: 'until' });
    } else if ((STEP_FIELDS as readonly string[]).includes(key.text)) collector.texts(value, at);
  }
}

function collectGate(collector: Collector, gate: YamlNode, at: Where): void {
  collector.condition(valueOf(gate, 'when'), { ...at, field: 'gate.when' });
  collector.texts(valueOf(gate, 'check'), at);
  collector.texts(valueOf(gate, 'approval'), at);
}

type Where = Pick<ExpressionUse, 'field' | 'step' | 'level'>;

class Collector implements Uses {
  readonly expressions: ExpressionUse[] = [];
  readonly programs: ProgramText[] = [];
  readonly broken: { problem: ExpressionProblem; range: Range }[] = [];
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** A field that is an expression, braces or not. */
  condition(node: YamlNode | undefined, where: Where): void {
    if (node?.kind !== 'scalar' || node.value === null) return;
    const { source, offset } = bareExpression(node.text);
    if (source.includes('${{')) return this.#template(node, where);
    this.#add(node, { source, offset, where });
  }

  /** Every text below a value. */
  texts(node: YamlNode | undefined, where: Where): void {
    if (node === undefined) return;
    if (node.kind === 'scalar') return this.#template(node, where);
    if (node.kind === 'list') for (const item of node.items) this.texts(item, where);
    else for (const entry of node.entries) this.texts(entry.value, where);
  }

  program(node: YamlNode, where: Where & { readonly field: 'run' | 'script'; readonly step: StepEntry }): void {
    if (node.kind !== 'scalar') return this.texts(node, { ...where, field: 'other' });
    if (hasExpression(node.text)) this.programs.push({ scalar: node, step: where.step, field: where.field });
    this.#template(node, where);
  }

  #template(node: YamlScalar, where: Where): void {
    if (!hasExpression(node.text)) return;
    const parts = splitTemplate(node.text);
    if (!parts.ok) {
      const toFile = scalarOffsets(node, this.#file);
      const { start, end } = parts.error.range;
      this.broken.push({ problem: parts.error, range: { start: toFile(start), end: toFile(end) } });
      return;
    }
    for (const part of parts.value) {
      if (part.kind === 'expression') this.#add(node, { source: part.source, offset: part.inner.start, where });
    }
  }

  #add(node: YamlScalar, use: { readonly source: string; readonly offset: number; readonly where: Where }): void {
    const { source, offset, where } = use;
    const offsets = lazily(() => scalarOffsets(node, this.#file));
    const toFile = (at: number) => offsets()(offset + at);
    const range = { start: toFile(0), end: toFile(source.length) };
    this.expressions.push({ ...where, parsed: parseExpression(source), range, toFile });
  }
}

function lazily<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
