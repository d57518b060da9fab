import type { Json } from '../base/json.ts';
import { nearest } from '../base/nearest.ts';
import { err, ok, type Result } from '../base/result.ts';
import { KNOWN_MATCHERS, type KnownMatcher } from './known-matchers.ts';
import {
  FILE_LOCATIONS,
  MATCHER_SEVERITIES,
  PATTERN_GROUPS,
  type FileLocation,
  type MatcherSeverity,
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
    if (!isMap(json)) return this.#wrong(path, 'A problem matcher is a name such as $tsc, or a map.');
    const base = json['base'] === undefined ? undefined : this.#base(json['base'], [...path, 'base']);
    const patterns =
      json['pattern'] === undefined ? undefined : this.#patterns(json['pattern'], [...path, 'pattern']);
    if (json['pattern'] === undefined && json['base'] === undefined) {
      return this.#mistake(path, 'A problem matcher needs a "pattern", or a "base" to take one from.');
    }
    const owner = this.#text(json, 'owner', path);
    const source = this.#text(json, 'source', path);
    const severity = this.#choice(json, MATCHER_SEVERITIES, path);
    const fileLocation = this.#fileLocation(json['fileLocation'], [...path, 'fileLocation']);
    return matchersWith(base, {
      ...(owner !== undefined && { owner }),
      ...(source !== undefined && { source }),
      ...(severity !== undefined && { severity }),
      ...(fileLocation !== undefined && { fileLocation }),
      ...(patterns !== undefined && { patterns }),
    });
  }

  #base(json: Json, path: Path): KnownMatcher | undefined {
    if (typeof json === 'string') return this.#known(json, path);
    this.#wrong(path, 'It must be a name such as $tsc.');
    return undefined;
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
    if (!isList(json)) {
      const pattern = this.#pattern(json, path);
      const lines = pattern === undefined ? [] : [withDefaults(pattern)];
      return this.#complete(lines, path) ? [lines] : [];
    }
    if (json.length === 0) return this.#wrong(path, 'It needs at least one pattern.');
    const lines = json.flatMap((item, i) => this.#pattern(item, [...path, i]) ?? []);
    if (lines.length < json.length) return [];
    const order = this.#order(lines, path);
    return this.#complete(lines, path) && order ? [lines] : [];
  }

  #pattern(json: Json, path: Path): ProblemPattern | undefined {
    const before = this.mistakes.length;
    if (!isMap(json) || typeof json['regexp'] !== 'string') {
      this.#wrong(path, 'A pattern is a map with a "regexp" in it.');
      return undefined;
    }
    const { regexp, kind, loop } = json;
    const groups = this.#groupCount(regexp, [...path, 'regexp']);
    const numbers = PATTERN_GROUPS.flatMap((name) => {
      const number = this.#group(json[name], groups, [...path, name]);
      return number === undefined ? [] : [[name, number] as const];
    });
    const known = kind === undefined || kind === 'file' || kind === 'location';
    if (!known) this.#wrong([...path, 'kind'], 'It must be file or location.');
    if (loop !== undefined && typeof loop !== 'boolean')
      this.#wrong([...path, 'loop'], 'It must be true or false.');
    if (this.mistakes.length > before) return undefined;
    return {
      regexp,
      ...(kind !== undefined && known && { kind }),
      ...(loop === true && { loop }),
      ...Object.fromEntries(numbers),
    };
  }

  #groupCount(regexp: string, path: Path): number {
    try {
      return groupCount(regexp);
    } catch (error) {
      // The engine says: Invalid regular expression: /the expression/: what is wrong
      const reason = (error as Error).message.split(': ').at(-1) ?? '';
      this.#mistake(path, `This regular expression cannot be read: ${reason}.`);
      return Infinity;
    }
  }

  #group(json: Json | undefined, count: number, path: Path): number | undefined {
    if (json === undefined) return undefined;
    if (typeof json !== 'number' || !Number.isInteger(json) || json < 0) {
      this.#wrong(path, 'It must be the number of a group.');
      return undefined;
    }
    if (json <= count) return json;
    const there = count === 0 ? 'no groups' : count === 1 ? 'one group' : `${count} groups`;
    this.#mistake(path, `There is no group ${json}: the regular expression has ${there}.`);
    return undefined;
  }

  #order(lines: Lines, path: Path): boolean {
    const before = this.mistakes.length;
    for (const [i, { kind, loop }] of lines.entries()) {
      if (i > 0 && kind !== undefined)
        this.#mistake([...path, i, 'kind'], 'Only the first pattern of a list has a "kind".');
      if (i < lines.length - 1 && loop === true)
        this.#mistake([...path, i, 'loop'], 'Only the last pattern of a list can loop.');
    }
    return this.mistakes.length === before;
  }

  /** What was wrong with single patterns has been said. */
  #complete(lines: Lines, path: Path): boolean {
    if (lines.length === 0) return false;
    const has = (name: PatternGroup) => lines.some((pattern) => pattern[name] !== undefined);
    const missing = (['file', 'message'] as const).filter((name) => !has(name));
    for (const name of missing)
      this.#mistake(path, `The pattern needs "${name}": the number of the group that captures it.`);
    const isPlaced = lines[0]?.kind === 'file' || has('line') || has('location');
    if (!isPlaced) {
      this.#mistake(
        path,
        'The pattern needs "line" or "location", the number of the group that captures it, or `kind: file`.',
      );
    }
    return missing.length === 0 && isPlaced;
  }

  #fileLocation(json: Json | undefined, path: Path): FileLocation | undefined {
    if (json === undefined) return undefined;
    const [word, from, ...more] = isList(json) ? json : [json];
    const kind = FILE_LOCATIONS.find((each) => lowerCase(each) === lowerCase(word));
    const fits = from === undefined || (typeof from === 'string' && kind !== 'absolute');
    if (kind !== undefined && fits && more.length === 0)
      return { kind, ...(typeof from === 'string' && { from }) };
    const message =
      'It must be absolute, relative or autoDetect, or a list such as [relative, "${workspaceFolder}/src"].';
    this.mistakes.push({ path, message, ...(!isList(json) && { isOfForm: true }) });
    return undefined;
  }

  #text(json: JsonMap, key: string, path: Path): string | undefined {
    const value = json[key];
    if (value === undefined || typeof value === 'string') return value;
    this.#wrong([...path, key], 'It must be text.');
    return undefined;
  }

  #choice(json: JsonMap, values: readonly MatcherSeverity[], path: Path): MatcherSeverity | undefined {
    const value = json['severity'];
    const found = values.find((each) => each === value);
    if (value !== undefined && found === undefined)
      this.#wrong([...path, 'severity'], `It must be one of ${values.join(', ')}.`);
    return found;
  }

  #mistake(path: Path, message: string): readonly [] {
    this.mistakes.push({ path, message });
    return [];
  }

  #wrong(path: Path, message: string): readonly [] {
    this.mistakes.push({ path, message, isOfForm: true });
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

function lowerCase(json: Json | undefined): string | undefined {
  return typeof json === 'string' ? json.toLowerCase() : undefined;
}

function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}

function isMap(json: Json): json is JsonMap {
  return typeof json === 'object' && json !== null && !isList(json);
}
