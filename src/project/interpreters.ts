import { programsOn } from '../executors/programs.ts';
import type { Project } from './project.ts';

/** Programs that read a script from a file, by the names they are started with. */
const INTERPRETERS = [
  'awk',
  'bun',
  'dart',
  'deno',
  'elixir',
  'fish',
  'guile',
  'groovy',
  'julia',
  'ksh',
  'lua',
  'luajit',
  'nu',
  'ocaml',
  'octave',
  'osascript',
  'perl',
  'php',
  'powershell',
  'python2',
  'python3',
  'raku',
  'Rscript',
  'ruby',
  'runghc',
  'scala',
  'swift',
  'tclsh',
  'tsx',
  'ts-node',
  'uv',
  'zsh',
] as const;

const known = new WeakMap<Project, readonly string[]>();

/** The interpreters among well-known ones that steps of a project would find on their PATH. Looked up once. */
export function interpretersOf(project: Project): readonly string[] {
  let found = known.get(project);
  if (found === undefined) {
    const programs = programsOn(project.env);
    known.set(project, (found = INTERPRETERS.filter((name) => programs.find(name) !== undefined)));
  }
  return found;
}
