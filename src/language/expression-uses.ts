import type { Range } from '../base/lines.ts';
import type { Result } from '../base/result.ts';
import type { ExpressionProblem, ParsedExpression } from '../expression/expression.ts';
import { parseExpression } from '../expression/parse.ts';
import { bareExpression, hasExpression, splitTemplate } from '../expression/template.ts';
import type { StepId } from '../model/workflow.ts';
import { NOTHING_KEPT, type Kept } from './kept.ts';
import { scalarOffsets } from './scalar-offsets.ts';
import type { StepEntry, StepLevel } from './step-entries.ts';
import { entryOf, valueOf, type YamlNode, type YamlScalar } from './tree.ts';

/** Where an expression stands decides what it may read. */
export type ExpressionField =
  'if' | 'until' | 'gate.when' | 'run' | 'script' | 'for_each' | 'matrix' | 'workflow' | 'other';

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
  /** Where it names steps, `steps.<id>`. */
  readonly mentions: readonly { readonly id: StepId; readonly range: Range }[];
  /** Offsets in the source to offsets in the file. */
  readonly toFile: (offset: number) => number;
}

/** A range in an expression's source as a range of the file. */
export function inFile(use: Pick<ExpressionUse, 'toFile'>, { start, end }: Range): Range {
  return { start: use.toFile(start), end: use.toFile(end) };
}

/** Text that goes to a shell or an interpreter, and has expressions in it that must be looked at. */
export interface ProgramText {
  readonly scalar: YamlScalar;
  readonly step: StepEntry;
  readonly field: 'run' | 'script' | 'gate.check';
}

export interface Uses {
  readonly expressions: readonly ExpressionUse[];
  readonly programs: readonly ProgramText[];
  /** What is no expression at all: never closed, or with text around it where one expression is wanted. */
  readonly broken: readonly { readonly message: string; readonly range: Range }[];
}

/** Step fields whose texts may hold expressions, beside the kind's own. */
const STEP_FIELDS: ReadonlySet<string> = new Set([
  'env',
  'cwd',
  'with',
  'for_each',
  'matrix',
  'concurrency',
  'cache',
  'workflow',
]);
const WORKFLOW_FIELDS = ['env', 'defaults', 'dotenv', 'concurrency'] as const;

/** Finds every expression of a file. */
export function usesOf(
  file: string,
  root: YamlNode | undefined,
  { level, steps, kept = NOTHING_KEPT }: UsesContext,
): Uses {
  const parse = parseOnce();
  const collector = new Collector(file, parse);
  for (const key of WORKFLOW_FIELDS) {
    collector.texts(entryOf(root, key)?.value, { field: 'workflow', step: undefined, level });
  }
  const { expressions, programs, broken } = collector;
  const keep = kept.values('uses', placesOf);
  for (const step of steps) {
    const own = keep(step, () => usesIn(step, file, parse));
    if (own === NO_USES) continue;
    expressions.push(...own.expressions);
    programs.push(...own.programs);
    broken.push(...own.broken);
  }
  return collector;
}

interface UsesContext {
  readonly level: StepLevel;
  readonly steps: readonly StepEntry[];
  readonly kept?: Kept;
}

const NO_USES: Uses = { expressions: [], programs: [], broken: [] };

function usesIn(step: StepEntry, file: string, parse: Parse): Uses {
  const collector = new Collector(file, parse);
  collectStep(collector, step);
  const { expressions, programs, broken } = collector;
  return expressions.length + programs.length + broken.length === 0 ? NO_USES : collector;
}

/** Ranges that belong to uses alone, and not to the tree. */
function* placesOf({ expressions, broken }: Uses): Generator<Range> {
  for (const { range, mentions } of expressions) {
    yield range;
    for (const mention of mentions) yield mention.range;
  }
  for (const { range } of broken) yield range;
}

type Parse = (source: string) => ExpressionUse['parsed'];

/** Files repeat themselves: one reading of each source is enough. */
function parseOnce(): Parse {
  const known = new Map<string, ExpressionUse['parsed']>();
  return (source) => {
    const before = known.get(source);
    if (before !== undefined) return before;
    const parsed = parseExpression(source);
    known.set(source, parsed);
    return parsed;
  };
}

function collectStep(collector: Collector, step: StepEntry): void {
  if (step.node.kind !== 'map') return;
  const { level } = step;
  for (const { key, value } of step.node.entries) {
    const { text } = key;
    if (text === 'if') collector.condition(value, { field: 'if', step, level });
    else if (text === 'run' || text === 'script') collector.program(value, { field: text, step, level });
    else if (text === 'for_each' || text === 'matrix') collector.texts(value, { field: text, step, level });
    else if (text === 'gate') collectGate(collector, value, step);
    else if (text === 'agent') collectAgent(collector, value, { field: 'other', step, level });
    else if (text === 'loop') {
      collector.condition(valueOf(value, 'until'), { step, level: step.inner ?? level, field: 'until' });
    } else if (STEP_FIELDS.has(text)) collector.texts(value, { field: 'other', step, level });
  }
}

function collectGate(collector: Collector, gate: YamlNode, step: StepEntry): void {
  const { level } = step;
  collector.condition(valueOf(gate, 'when'), { field: 'gate.when', step, level });
  const check = valueOf(gate, 'check');
  if (check !== undefined) collector.program(check, { field: 'gate.check', step, level });
  collector.texts(valueOf(gate, 'approval'), { field: 'other', step, level });
}

function collectAgent(collector: Collector, agent: YamlNode, where: Where): void {
  for (const field of ['prompt', 'command', 'acp']) collector.texts(valueOf(agent, field), where);
}

type Where = Pick<ExpressionUse, 'field' | 'step' | 'level'>;

class Collector implements Uses {
  readonly expressions: ExpressionUse[] = [];
  readonly programs: ProgramText[] = [];
  readonly broken: { message: string; range: Range }[] = [];
  readonly #file: string;
  readonly #parse: Parse;

  constructor(file: string, parse: Parse) {
    this.#file = file;
    this.#parse = parse;
  }

  /** A field that is an expression, braces or not. */
  condition(node: YamlNode | undefined, where: Where): void {
    if (node?.kind !== 'scalar' || node.value === null) return;
    const { source, offset } = bareExpression(node.text);
    if (source.includes('${{')) {
      const message = `\`${where.field}\` is one expression: put the braces around all of it, or leave them out.`;
      this.broken.push({ message, range: { ...node.range } });
    } else this.#add(node, { source, offset, where });
  }

  /** Every text below a value. */
  texts(node: YamlNode | undefined, where: Where): void {
    if (node === undefined) return;
    if (node.kind === 'scalar') this.#template(node, where);
    else if (node.kind === 'list') for (const item of node.items) this.texts(item, where);
    else for (const entry of node.entries) this.texts(entry.value, where);
  }

  program(
    node: YamlNode,
    where: {
      readonly field: ProgramText['field'];
      readonly step: StepEntry;
      readonly level: StepLevel;
    },
  ): void {
    const { field } = where;
    const texts: Where = { ...where, field: field === 'gate.check' ? 'other' : field };
    if (node.kind !== 'scalar') return this.texts(node, { ...texts, field: 'other' });
    if (!hasExpression(node.text)) return;
    this.programs.push({ scalar: node, step: where.step, field });
    this.#template(node, texts);
  }

  #template(node: YamlScalar, where: Where): void {
    if (!hasExpression(node.text)) return;
    const parts = splitTemplate(node.text);
    if (!parts.ok) {
      const toFile = scalarOffsets(node, this.#file);
      const { message, range } = parts.error;
      this.broken.push({ message, range: { start: toFile(range.start), end: toFile(range.end) } });
      return;
    }
    const offsets = lazily(() => scalarOffsets(node, this.#file));
    for (const part of parts.value) {
      if (part.kind === 'expression')
        this.#add(node, { source: part.source, offset: part.inner.start, where, offsets });
    }
  }

  #add(
    node: YamlScalar,
    use: {
      readonly source: string;
      readonly offset: number;
      readonly where: Where;
      readonly offsets?: () => (offset: number) => number;
    },
  ): void {
    const { source, offset, where } = use;
    const offsets = use.offsets ?? lazily(() => scalarOffsets(node, this.#file));
    // The node may move later, and then its expressions do.
    const anchor = node.range.start;
    const found = offsets();
    const toFile = (at: number) => found(offset + at) - anchor + node.range.start;
    const range = { start: toFile(0), end: toFile(source.length) };
    const { field, step, level } = where;
    const parsed = this.#parse(source);
    const mentions = mentionsIn(parsed, (at) => ({ start: toFile(at.start), end: toFile(at.end) }));
    this.expressions.push({ field, step, level, parsed, range, mentions, toFile });
  }
}

const NO_MENTIONS: ExpressionUse['mentions'] = [];

function mentionsIn(parsed: ExpressionUse['parsed'], place: (at: Range) => Range): ExpressionUse['mentions'] {
  if (!parsed.ok) return NO_MENTIONS;
  const mentions = parsed.value.references.flatMap(({ path: [context, id], range }) =>
    context === 'steps' && id !== undefined ? [{ id, range: place(range) }] : [],
  );
  return mentions.length === 0 ? NO_MENTIONS : mentions;
}

function lazily<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
