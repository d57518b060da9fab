import { createHash } from 'node:crypto';
import type { Assignment, ResolvedRun, ResolvedScript } from '../../model/attempt.ts';

/** An assignment that may have a cache. */
export type CachedAssignment = Extract<Assignment, { readonly kind: 'run' | 'script' }>;

/** All that the end of a step may depend on, as far as the file says it. */
export interface FingerprintParts {
  readonly program: Program;
  /** Of the machine: what is made on one need not be of use on another. */
  readonly platform: string;
  readonly env: Readonly<Record<string, string>>;
  /** From the project's folder; absent means that folder itself. */
  readonly cwd?: string;
  readonly key?: string;
  /** Hashes of what dotenv files hold, in the order in which they are read. */
  readonly dotenv: readonly string[];
  /** Hashes of the files that the step reads, by their paths. */
  readonly inputs: ReadonlyMap<string, string>;
  /** Which files it makes: another list would have kept other files. */
  readonly outputs: readonly string[];
}

type Program =
  | { readonly kind: 'run'; readonly with: ResolvedRun }
  | { readonly kind: 'script'; readonly with: ResolvedScript };

/** Counts up when what is hashed changes, so that older entries are not found any more. */
const FORMAT = 1;

/** One SHA-256 over all parts, in hex. The order of variables and of input files makes no difference. */
export function fingerprintOf(parts: FingerprintParts): string {
  const { program, platform, env, cwd, key, dotenv, inputs, outputs } = parts;
  // JSON keeps apart what simple joining would not: ["a b"] and ["a", "b"].
  const text = JSON.stringify([
    FORMAT,
    platform,
    programOf(program),
    inOrder(Object.entries(env)),
    cwd ?? null,
    key ?? null,
    dotenv,
    inOrder(inputs),
    outputs,
  ]);
  return createHash('sha256').update(text).digest('hex');
}

function programOf(program: Program): readonly unknown[] {
  if (program.kind === 'script') return ['script', program.with.language, program.with.text];
  if ('argv' in program.with) return ['argv', program.with.argv];
  return ['text', program.with.shell ?? null, program.with.text];
}

function inOrder(entries: Iterable<readonly [string, string]>): readonly (readonly [string, string])[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Variables that differ from run to run without meaning anything to what the step does. */
const OF_THE_ATTEMPT: ReadonlySet<string> = new Set(['BATON_RUN_ID', 'BATON_STEP', 'BATON_ATTEMPT']);

/**
 * What an assignment says by itself. Values that are handed over as files are named after their content, in a folder
 * of the run, which differs each time: it is left out.
 */
export function partsOf(
  assignment: CachedAssignment,
  { values }: { readonly values: string },
): Omit<FingerprintParts, 'dotenv' | 'inputs'> {
  const { cwd, cache } = assignment;
  const env = Object.entries(assignment.env)
    .filter(([name]) => !OF_THE_ATTEMPT.has(name))
    .map(([name, value]) => [name, value.replaceAll(values, '')] as const);
  return {
    program: programIn(assignment, values),
    platform: `${process.platform} ${process.arch}`,
    env: Object.fromEntries(env),
    ...(cwd !== undefined && { cwd }),
    ...(cache?.key !== undefined && { key: cache.key }),
    outputs: cache?.outputs ?? [],
  };
}

function programIn(assignment: CachedAssignment, values: string): Program {
  if (assignment.kind === 'run' && 'argv' in assignment.with) {
    const argv = assignment.with.argv.map((argument) => argument.replaceAll(values, ''));
    return { kind: 'run', with: { argv } };
  }
  return assignment;
}
