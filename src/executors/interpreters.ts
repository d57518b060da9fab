/** How a `script` in some language becomes a process. */
export interface Interpreter {
  /** Programs that can run it, the best first. */
  readonly programs: readonly string[];
  /** Given before the file. */
  readonly args: readonly string[];
  /** The ending that the program expects of a file, chosen by the text where that matters. */
  ending(text: string): string;
}

const MODULE = /^\s*(?:import\s*[\w*{'"]|export\s)|^\s*(?:(?:const|let|var)\s.*=\s*)?await\s/m;

const KNOWN: Readonly<Record<string, Interpreter>> = {
  node: { programs: ['node'], args: [], ending: (text) => (MODULE.test(text) ? '.mjs' : '.cjs') },
  typescript: {
    programs: ['tsx', 'deno', 'bun', 'node'],
    args: [],
    ending: (text) => (MODULE.test(text) ? '.mts' : '.cts'),
  },
  python: { programs: ['python3', 'python'], args: ['-u'], ending: () => '.py' },
  bash: { programs: ['bash'], args: ['-e', '-o', 'pipefail'], ending: () => '.sh' },
  sh: { programs: ['sh'], args: ['-e'], ending: () => '.sh' },
  zsh: { programs: ['zsh'], args: ['-f', '-e', '-o', 'pipefail'], ending: () => '.zsh' },
  powershell: { programs: ['pwsh', 'powershell'], args: ['-NoProfile', '-File'], ending: () => '.ps1' },
  ruby: { programs: ['ruby'], args: [], ending: () => '.rb' },
  perl: { programs: ['perl'], args: [], ending: () => '.pl' },
  php: { programs: ['php'], args: [], ending: () => '.php' },
};

const ALIASES: Readonly<Record<string, string>> = {
  javascript: 'node',
  js: 'node',
  ts: 'typescript',
  python3: 'python',
  py: 'python',
  pwsh: 'powershell',
};

/** The interpreter for a language: a known one, or the program of that very name, which is given the file. */
export function interpreterFor(language: string): Interpreter {
  const name = Object.hasOwn(ALIASES, language) ? ALIASES[language] : language;
  if (name !== undefined && Object.hasOwn(KNOWN, name)) {
    const known = KNOWN[name];
    if (known !== undefined) return known;
  }
  return { programs: [language], args: [], ending: () => '' };
}

/** `deno` wants to be told to run, and what a script of one's own may do: everything. */
export function argsFor(interpreter: Interpreter, program: string): readonly string[] {
  return program === 'deno' ? ['run', '--allow-all'] : interpreter.args;
}
