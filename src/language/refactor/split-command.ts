import { freeName } from '../free-name.ts';
import { allSteps, type StepEntry } from '../step-entries.ts';
import { entryOf, textOf, valueOf, type YamlNode } from '../tree.ts';
import { columnOf, eolOf, lineEnd, lineStart } from '../yaml-edits.ts';
import type { Here, Refactor } from './refactoring.ts';
import { blocksOf, isOpen, needsLine, shifted } from '../step-blocks.ts';

/** What every part of a command that is cut in pieces has; a step with anything else stays in one piece. */
const COPIED = ['env', 'cwd', 'shell'] as const;
const FIELDS: ReadonlySet<string> = new Set(['name', 'needs', 'run', ...COPIED]);

/** The command at the cursor, and those above it, in steps of their own: each of a list of lines does not know the others. */
export const splitCommand: Refactor = (here) => {
  const { analysis, text, steps, level, range } = here;
  const [step, other] = steps;
  const run = entryOf(step?.node, 'run');
  const block = step === undefined ? undefined : blocksOf(text, level)?.find((each) => each.step === step);
  if (step === undefined || other !== undefined || run?.value.kind !== 'scalar' || block === undefined)
    return [];
  const lines = linesOf(text, run.value);
  const from = lines.findIndex(({ start, end }) => range.start >= start && range.start < end);
  const to = lines.findLastIndex(({ start }) => start <= Math.max(range.start, range.end - 1));
  if (lines.length < 2 || from < 0 || to < from || !isSplittable(here, step)) return [];
  const isLast = to === lines.length - 1;
  const parts = [lines.slice(0, from), lines.slice(from, to + 1), lines.slice(to + 1)].filter(
    ({ length }) => length > 0,
  );
  if (parts.length < 2) return [];
  const moved = lines.slice(0, isLast ? from : to + 1);
  if (!lines.every(({ text: line }) => isWhole(line)) || moved.some(({ text: line }) => leavesTraces(line)))
    return [];
  const taken = new Set([...allSteps(analysis.index.steps, analysis.index.finally)].map(({ id }) => id));
  const needs = needsLine(text, step);
  if (needs === 'refused') return [];
  let before = needs?.written;
  const column = columnOf(text, step.range.start);
  const fresh: string[] = [];
  for (const part of parts.slice(0, -1)) {
    const id = freeName(nameOf(part[0]?.text ?? '', step.id), taken);
    taken.add(id);
    fresh.push(
      shifted(stepText(here, step, { id, needs: before, commands: part.map((line) => line.text) }), column),
    );
    before = id;
  }
  const eol = eolOf(text);
  const inserted = fresh.join('').replaceAll('\n', eol);
  const gone = { start: lines[0]?.start ?? 0, end: moved.at(-1)?.end ?? 0 };
  const fields = columnOf(text, step.node.kind === 'map' ? (step.node.entries[0]?.range.start ?? 0) : 0);
  const needed =
    needs === undefined
      ? {
          range: at(lineStart(text, run.range.start)),
          newText: `${' '.repeat(fields)}needs: ${before ?? ''}${eol}`,
        }
      : needs.become(before ?? '');
  return [
    {
      title: 'Turn this command into a step',
      kind: 'extract',
      edits: [{ range: at(block.start), newText: inserted }, needed, { range: gone, newText: '' }],
    },
  ];
};

function at(offset: number): { readonly start: number; readonly end: number } {
  return { start: offset, end: offset };
}

interface Line {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The lines of a command that is written as a block, without blank ones. */
function linesOf(text: string, { kind, range, ...rest }: YamlNode): readonly Line[] {
  if (kind !== 'scalar' || !('style' in rest) || rest.style !== 'literal') return [];
  const lines: Line[] = [];
  let start = nextLine(text, range.start);
  while (start < range.end) {
    const end = nextLine(text, start);
    const line = text.slice(start, end).trim();
    if (line !== '') lines.push({ start, end, text: line });
    start = end;
  }
  return lines;
}

function nextLine(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  return newline < 0 ? text.length : newline + 1;
}

/** A step whose end nobody looks at too closely, and with nothing but a command. */
function isSplittable({ analysis, text }: Here, step: StepEntry): boolean {
  const hasOthers = step.node.kind !== 'map' || step.node.entries.some(({ key }) => !FIELDS.has(key.text));
  const shell = textOf(valueOf(step.node, 'shell')) ?? 'bash';
  const isRead = analysis.index.references.some(({ id, kind, range }) => {
    const written = text.slice(range.start, range.end);
    return (
      id === step.id &&
      (kind === 'rewind' || (kind === 'expression' && !/\.(?:outputs|result|outcome)\b/.test(written)))
    );
  });
  return !hasOthers && !isRead && ['bash', 'sh', 'zsh'].includes(shell) && isOpen(text, step);
}

/** A line that is a command of its own: quotes closed, nothing that goes on below. */
function isWhole(line: string): boolean {
  const plain = line.replace(/\\.|'[^']*'|"(?:[^"\\]|\\.)*"/g, '_');
  const goesOn =
    /\\$|[|&({]$|<<|^(?:if|then|else|elif|fi|for|while|until|do|done|case|esac|select|function|[})])(?:\b|$)/;
  return !/['"`]/.test(plain) && !goesOn.test(plain) && !line.startsWith('#');
}

/** A line whose effect the lines below may feel: a folder, a variable, an output. */
function leavesTraces(line: string): boolean {
  return /^(?:cd|export|set|source|\.|alias|unset|pushd|popd|trap|ulimit|umask|shopt|exec|exit|return|read|declare|local|eval|wait)(?:\s|$)|^[A-Za-z_]\w*\+?=|BATON_OUTPUT|&$/.test(
    line,
  );
}

/** `npm run lint` is the step `lint`. */
function nameOf(line: string, fallback: string): string {
  const words = line.split(/\s+/).filter((word) => /^[A-Za-z][\w-]*$/.test(word));
  const tool = /^(?:npm|pnpm|yarn|npx|make|cargo|go|dotnet|mvn|gradle|python3?|node|docker|sudo)$/;
  const word = words.find((each) => !tool.test(each) && each !== 'run') ?? words[0] ?? fallback;
  return word;
}

function stepText(
  { text }: Here,
  step: StepEntry,
  {
    id,
    needs,
    commands,
  }: { readonly id: string; readonly needs: string | undefined; readonly commands: readonly string[] },
): string {
  const copied = COPIED.flatMap((field) => {
    const entry = entryOf(step.node, field);
    if (entry === undefined) return [];
    const start = lineStart(text, entry.range.start);
    const own = text.slice(start, lineEnd(text, entry.range.end)).replaceAll('\r\n', '\n');
    return [shifted(own, 2 - columnOf(text, entry.range.start)).trimEnd()];
  });
  const [only, more] = commands;
  const run =
    more === undefined && only !== undefined && /^[A-Za-z./][^#:"'{}[\]&*!|>%@`]*$/.test(only)
      ? [`  run: ${only}`]
      : ['  run: |', ...commands.map((command) => `    ${command}`)];
  const lines = [`${id}:`, ...(needs === undefined ? [] : [`  needs: ${needs}`]), ...run, ...copied];
  return `${lines.join('\n')}\n`;
}
