import { defined } from '../base/defined.ts';
import type { Json } from '../base/json.ts';
import { nearest } from '../base/nearest.ts';
import { err, ok, type Result } from '../base/result.ts';
import { KNOWN_MATCHERS, type KnownMatcher } from './known-matchers.ts';
import {
  FILE_LOCATIONS,
  MATCHER_SEVERITIES,
  PATTERN_GROUPS,
  type FileLocation,
  type PatternGroup,
  type ProblemMatcher,
  type ProblemPattern,
} from './problem-matcher.ts';

/** As people write them: `$tsc`. */
export const MATCHER_NAMES: readonly string[] = Object.keys(KNOWN_MATCHERS).map((name) => `$${name}`);

/** Something that is wrong with a matcher as it was written. */
export interface MatcherMistake {
  /** Keys and indices, from the whole value down. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** The name that is unknown, for whoever knows what was meant. */
  readonly unknown?: string;
  /** A value of the wrong kind, which the schema of the language complains about as well. */
  readonly isOfForm?: true;
}

/** One matcher, or a list of them: names, or matchers written out. The error says what is wrong first, and where. */
export function matchersOf(json: Json): Result<readonly ProblemMatcher[], string> {
  const { matchers, mistakes } = readMatchers(json);
  const [first] = mistakes;
  if (first === undefined) return ok(matchers);
  const meant = first.unknown === undefined ? undefined : nearest(first.unknown, MATCHER_NAMES);
  const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`;
  const where = first.path.length === 0 ? '' : `${first.path.join('.')}: `;
  return err(`${where}${first.message}${hint}`);
}

/** Every matcher that can be used, and every mistake. */
export function readMatchers(json: Json): {
  readonly matchers: readonly ProblemMatcher[];
  readonly mistakes: readonly MatcherMistake[];
} {
  const reader = new MatcherReader();
  const matchers = isList(json)
    ? json.flatMap((item, i) => reader.matchers(item, [i]))
    : reader.matchers(json, []);
  return { matchers, mistakes: reader.mistakes };
}

type Path = MatcherMistake['path'];
type JsonMap = Readonly<Record<string, Json>>;
/** One form of output; a name may stand for several. */
type Lines = readonly ProblemPattern[];

class MatcherReader {
  readonly mistakes: MatcherMistake[] = [];

  matchers(json: Json, path: Path): readonly ProblemMatcher[] {
    if (typeof json === 'string') return matchersWith(this.#known(json, path), {});
    if (!isMap(json)) return this.#wrong(path);
    const base = this.#value(json, 'base', isText, path);
    const { pattern, fileLocation } = json;
    if (pattern === undefined && json['base'] === undefined)
      return this.#mistake(path, 'A problem matcher needs a "pattern", or a "base" to take one from.');
    return matchersWith(
      base === undefined ? undefined : this.#known(base, [...path, 'base']),
      defined({
        patterns: pattern === undefined ? undefined : this.#patterns(pattern, [...path, 'pattern']),
        source: this.#value(json, 'source', isText, path),
        severity: this.#value(json, 'severity', oneOf(MATCHER_SEVERITIES), path),
        fileLocation: this.#fileLocation(fileLocation, [...path, 'fileLocation']),
      }),
    );
  }

  #known(name: string, path: Path): KnownMatcher | undefined {
    const bare = name.slice(1);
    if (name.startsWith('$') && Object.hasOwn(KNOWN_MATCHERS, bare)) return KNOWN_MATCHERS[bare];
    this.mistakes.push({ path, message: `There is no problem matcher "${name}".`, unknown: name });
    return undefined;
  }

  /** A name, one pattern, or one for each of some lines in a row. */
  #patterns(json: Json, path: Path): readonly Lines[] {
    if (typeof json === 'string') return this.#known(json, path)?.patterns ?? [];
    const before = this.mistakes.length;
    const patterns = isList(json)
      ? json.map((item, i) => this.#pattern(item, [...path, i]))
      : [this.#pattern(json, path)];
    if (patterns.length === 0) return this.#wrong(path);
    const lines = patterns.filter((pattern) => pattern !== undefined);
    if (lines.length < patterns.length) return [];
    const complete = isList(json) ? lines : lines.map(withDefaults);
    this.#checkLines(complete, path);
    return this.mistakes.length === before ? [complete] : [];
  }

  #pattern(json: Json, path: Path): ProblemPattern | undefined {
    const before = this.mistakes.length;
    const regexp = isMap(json) ? this.#value(json, 'regexp', isText, path) : undefined;
    if (!isMap(json) || regexp === undefined) {
      if (this.mistakes.length === before) this.#wrong(path);
      return undefined;
    }
    const count = this.#groupCount(regexp, [...path, 'regexp']);
    const groups = PATTERN_GROUPS.map((name) => [name, this.#group(json, name, count, path)] as const);
    const pattern: ProblemPattern = {
      regexp,
      ...defined({
        kind: this.#value(json, 'kind', oneOf(['file', 'location'] as const), path),
        loop: this.#value(json, 'loop', isTruth, path),
        ...Object.fromEntries(groups),
      }),
    };
    return this.mistakes.length === before ? pattern : undefined;
  }

  #groupCount(regexp: string, path: Path): number {
    try {
      return groupCount(regexp);
    } catch (error) {
      // The engine says: Invalid regular expression: /the expression/: what is wrong
      const reason = (error as Error).message.split(': ').at(-1);
      this.#mistake(path, `This regular expression cannot be read: ${reason}.`);
      return Infinity;
    }
  }

  #group(json: JsonMap, name: PatternGroup, count: number, path: Path): number | undefined {
    const group = this.#value(json, name, isGroup, path);
    if (group === undefined || group <= count) return group;
    const there = count === 1 ? 'one group' : `${count || 'no'} groups`;
    this.#mistake([...path, name], `There is no group ${group}: the regular expression has ${there}.`);
    return undefined;
  }

  #checkLines(lines: Lines, path: Path): void {
    for (const [i, { kind, loop }] of lines.entries()) {
      if (i > 0 && kind !== undefined)
        this.#mistake([...path, i, 'kind'], 'Only the first pattern of a list has a "kind".');
      if (i < lines.length - 1 && loop === true)
        this.#mistake([...path, i, 'loop'], 'Only the last pattern of a list can loop.');
    }
    const lacks = (...names: readonly PatternGroup[]) =>
      lines.every((pattern) => names.every((name) => pattern[name] === undefined));
    const needs = (name: PatternGroup, or = '') =>
      this.#mistake(path, `The pattern needs "${name}", the number of the group that captures it${or}.`);
    if (lacks('file')) needs('file');
    if (lacks('message')) needs('message');
    if (lacks('line', 'location') && lines[0]?.kind !== 'file') needs('line', ', or `kind: file`');
  }

  #fileLocation(json: Json | undefined, path: Path): FileLocation | undefined {
    if (json === undefined) return undefined;
    const [word, from, ...more] = isList(json) ? json : [json];
    const kind = FILE_LOCATIONS.find((each) => each === word);
    if (
      kind !== undefined &&
      (from === undefined || (isText(from) && kind !== 'absolute')) &&
      more.length === 0
    )
      return { kind, ...defined({ from }) };
    if (!isList(json)) this.#wrong(path);
    else
      this.#mistake(
        path,
        `It must be ${FILE_LOCATIONS.join(', ')}, or a list such as [relative, "\${workspaceFolder}/src"].`,
      );
    return undefined;
  }

  #value<T extends Json>(
    json: JsonMap,
    key: string,
    fits: (value: Json) => value is T,
    path: Path,
  ): T | undefined {
    const value = json[key];
    if (value === undefined || fits(value)) return value;
    this.#wrong([...path, key]);
    return undefined;
  }

  #mistake(path: Path, message: string): readonly [] {
    this.mistakes.push({ path, message });
    return [];
  }

  #wrong(path: Path): readonly [] {
    this.mistakes.push({ path, message: 'This is not of the form it has to be.', isOfForm: true });
    return [];
  }
}

const NOTHING: KnownMatcher = { fileLocation: { kind: 'relative' }, patterns: [] };

function matchersWith(base: KnownMatcher | undefined, own: Partial<KnownMatcher>): readonly ProblemMatcher[] {
  const { patterns, ...rest } = { ...(base ?? NOTHING), ...own };
  return patterns.map((pattern) => ({ ...rest, pattern }));
}

/** As in VS Code, a single pattern that says nothing else has file, line and column in groups 1, 2 and 3. */
function withDefaults(pattern: ProblemPattern): ProblemPattern {
  const { regexp, kind, location } = pattern;
  const count = groupCount(regexp);
  const taken = new Set(PATTERN_GROUPS.map((name) => pattern[name]));
  const names = kind === 'file' || location !== undefined ? (['file'] as const) : DEFAULT_GROUPS;
  const numbers = names.flatMap((name, i) =>
    i < count && !taken.has(i + 1) ? [[name, i + 1] as const] : [],
  );
  return { message: 0, ...Object.fromEntries(numbers), ...pattern };
}

const DEFAULT_GROUPS = ['file', 'line', 'column'] as const;

/** Throws what is wrong with the expression. */
function groupCount(regexp: string): number {
  const { source } = new RegExp(regexp);
  // An empty alternative always matches, and a match names all groups.
  return (new RegExp(`${source}|`).exec('')?.length ?? 1) - 1;
}

function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}

function isMap(json: Json): json is JsonMap {
  return typeof json === 'object' && json !== null && !isList(json);
}

const isText = (json: Json): json is string => typeof json === 'string';
const isTruth = (json: Json): json is boolean => typeof json === 'boolean';
const isGroup = (json: Json): json is number => Number.isInteger(json) && Number(json) >= 0;

function oneOf<T extends string>(values: readonly T[]): (json: Json) => json is T {
  return (json): json is T => values.some((value) => value === json);
}
