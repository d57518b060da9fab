import { withoutEscapes } from '../base/escapes.ts';
import type { Position } from '../base/lines.ts';
import type { Severity } from './diagnostic.ts';
import {
  PATTERN_GROUPS,
  type FileLocation,
  type MatcherSeverity,
  type PatternGroup,
  type ProblemMatcher,
  type ProblemPattern,
} from './problem-matcher.ts';

/** Something a tool complained about. */
export interface OutputProblem {
  /** As it was printed, or what `fileOf` made of it. */
  readonly file: string;
  /** Empty where only its beginning is known; the whole line where there is no column. */
  readonly range: { readonly start: Position; readonly end: Position };
  readonly severity: Severity;
  readonly message: string;
  readonly code?: string;
  readonly source?: string;
}

export interface FoundProblems {
  /** In the order they were printed, each once. */
  readonly problems: readonly OutputProblem[];
  /** How many there were beyond the limit. */
  readonly more: number;
}

export const MOST_PROBLEMS = 1000;

/** An expression can take very long on a long line, so a line of more characters is not looked at. */
export const LONGEST_LINE = 10_000;

interface Compiled {
  readonly matcher: ProblemMatcher;
  readonly lines: readonly CompiledLine[];
  readonly loops: boolean;
}

interface CompiledLine {
  readonly regexp: RegExp;
  readonly groups: readonly (readonly [PatternGroup, number])[];
}

type Captured = { [name in PatternGroup]?: string };

/** The lines so far fit the first patterns of a matcher. */
interface Beginning {
  readonly of: Compiled;
  /** How many lines. */
  readonly length: number;
  readonly captured: Captured;
}

/**
 * Finds problems in output that comes in pieces; where it is cut makes no difference. Memory does not grow with it. As in
 * VS Code, a line belongs to one problem at most, and of several matchers the one that takes in most lines has it.
 */
export class OutputProblems {
  readonly #matchers: readonly Compiled[];
  readonly #fileOf: (file: string, location: FileLocation) => string;
  readonly #problems: OutputProblem[] = [];
  readonly #seen = new Set<string>();
  #more = 0;
  #rest = '';
  /** The oldest first. */
  #beginnings: readonly Beginning[] = [];
  #loop: Beginning | undefined;

  constructor(
    matchers: readonly ProblemMatcher[],
    fileOf: (file: string, location: FileLocation) => string = (file) => file,
  ) {
    this.#matchers = matchers.map(compiled);
    this.#fileOf = fileOf;
  }

  take(text: string): void {
    let from = 0;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      this.#line(this.#rest + text.slice(from, at));
      this.#rest = '';
      from = at + 1;
    }
    // Of a line that is too long already, its length is all that counts.
    this.#rest = (this.#rest + text.slice(from)).slice(0, LONGEST_LINE + 1);
  }

  /** What was found in all that came; a last line may be without its end. */
  end(): FoundProblems {
    if (this.#rest !== '') this.#line(this.#rest);
    this.#rest = '';
    return { problems: this.#problems, more: this.#more };
  }

  #line(written: string): void {
    if (written.length > LONGEST_LINE) {
      this.#beginnings = [];
      this.#loop = undefined;
      return;
    }
    const line = readable(written);
    if (this.#goesOn(line)) return;
    const beginnings: Beginning[] = [];
    const tried = this.#matchers.map((of): Beginning => ({ of, length: 0, captured: {} }));
    for (const before of [...this.#beginnings, ...tried]) {
      const beginning = withLine(before, line);
      if (beginning === undefined) continue;
      if (beginning.length < beginning.of.lines.length) beginnings.push(beginning);
      else if (this.#add(beginning)) {
        this.#beginnings = [];
        this.#loop = beginning.of.loops ? before : undefined;
        return;
      }
    }
    this.#beginnings = beginnings;
  }

  /** The last pattern of a matcher that loops has the first word. */
  #goesOn(line: string): boolean {
    const again = this.#loop && withLine(this.#loop, line);
    if (again === undefined) this.#loop = undefined;
    else this.#add(again);
    return again !== undefined;
  }

  #add({ of: { matcher }, captured }: Beginning): boolean {
    const problem = problemOf(matcher, captured, this.#fileOf);
    if (problem === undefined) return false;
    const key = JSON.stringify(problem);
    if (this.#seen.has(key)) return true;
    if (this.#problems.length === MOST_PROBLEMS) this.#more++;
    else {
      this.#seen.add(key);
      this.#problems.push(problem);
    }
    return true;
  }
}

function compiled(matcher: ProblemMatcher): Compiled {
  const lines = matcher.pattern.map(({ regexp, ...pattern }) => ({
    regexp: new RegExp(regexp),
    groups: PATTERN_GROUPS.flatMap((name) => {
      const group = pattern[name];
      return group === undefined ? [] : [[name, group] as const];
    }),
  }));
  return { matcher, lines, loops: matcher.pattern.at(-1)?.loop === true };
}

/** What is left of a line on a screen: no escape sequences, and of a line drawn several times the last drawing. */
function readable(written: string): string {
  const end = written.endsWith('\r') ? written.length - 1 : written.length;
  const drawn = written.lastIndexOf('\r', end - 1) + 1;
  return withoutEscapes(written.slice(drawn, end));
}

function withLine({ of, length, captured }: Beginning, line: string): Beginning | undefined {
  const pattern = of.lines[length];
  const match = pattern?.regexp.exec(line);
  if (pattern === undefined || match === null || match === undefined) return undefined;
  const more: Captured = { ...captured };
  for (const [name, group] of pattern.groups) {
    const text = match[group]?.trim();
    if (text === undefined) continue;
    if (name === 'message' && more.message !== undefined) more.message += `\n${text}`;
    else more[name] ??= text;
  }
  return { of, length: length + 1, captured: more };
}

function problemOf(
  matcher: ProblemMatcher,
  captured: Captured,
  fileOf: (file: string, location: FileLocation) => string,
): OutputProblem | undefined {
  const { file, message, code } = captured;
  const range = rangeOf(matcher.pattern[0], captured);
  if (!file || !message || range === undefined) return undefined;
  return {
    file: fileOf(file, matcher.fileLocation),
    range,
    severity: severityOf(captured.severity) ?? SEVERITIES[matcher.severity ?? 'error'],
    message,
    ...(code !== undefined && { code }),
    ...(matcher.source !== undefined && { source: matcher.source }),
  };
}

function rangeOf(first: ProblemPattern | undefined, captured: Captured): OutputProblem['range'] | undefined {
  if (first?.kind === 'file') return { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
  const { location, line, column, endLine, endColumn } = captured;
  const [fromLine, fromColumn, toLine, toColumn] = (
    location === undefined ? [line, column, endLine, endColumn] : location.split(',')
  ).map(fromZero);
  if (fromLine === undefined) return undefined;
  if (fromColumn === undefined)
    return { start: { line: fromLine, character: 0 }, end: { line: fromLine + 1, character: 0 } };
  const start = { line: fromLine, character: fromColumn };
  if (toColumn === undefined) return { start, end: start };
  const end = { line: toLine ?? fromLine, character: toColumn };
  return { start, end: isBefore(end, start) ? start : end };
}

/** Tools count lines and columns from 1; what is no number, or none that an editor knows, is not there. */
function fromZero(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*\d{1,9}\s*$/.test(text)) return undefined;
  return Math.max(0, Number(text) - 1);
}

function isBefore(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}

const SEVERITIES: Readonly<Record<MatcherSeverity, Severity>> = {
  error: 'error',
  warning: 'warning',
  info: 'information',
};

/** The words and letters that VS Code knows, in any case. */
function severityOf(word: string | undefined): Severity | undefined {
  switch (word?.toLowerCase()) {
    case 'error':
    case 'e':
      return 'error';
    case 'warning':
    case 'warn':
    case 'w':
      return 'warning';
    case 'info':
    case 'information':
    case 'hint':
    case 'note':
    case 'i':
      return 'information';
    default:
      return undefined;
  }
}
