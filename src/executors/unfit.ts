/** Linux takes so many bytes in one argument or variable, its name and the byte at its end included (MAX_ARG_STRLEN). */
const LARGEST_TEXT_BYTES = 128 * 1024;

/** What a program cannot be given, in words; undefined where all is well. Only what the workflow says is looked at. */
export function unfit(request: {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}): string | undefined {
  const { args, env, cwd } = request;
  const folder = wrongWith(cwd, 0);
  if (folder !== undefined) return `the folder it is to work in ${folder}`;
  for (const [i, arg] of args.entries()) {
    const wrong = wrongWith(arg, 1);
    if (wrong !== undefined) return `argument ${i + 1} ${wrong}`;
  }
  for (const [name, value = ''] of Object.entries(env)) {
    const wrong = wrongWith(value, name.length + 2);
    if (wrong !== undefined) return `the variable "${name}" ${wrong}`;
  }
  return undefined;
}

function wrongWith(text: string, more: number): string | undefined {
  if (text.includes('\0')) return 'holds a NUL character, which no program can be given';
  if (/\p{Surrogate}/u.test(text))
    return 'holds half a character (a lone surrogate), which no program can be given';
  if (process.platform !== 'linux' || text.length * 3 + more <= LARGEST_TEXT_BYTES) return undefined;
  const bytes = Buffer.byteLength(text) + more;
  if (bytes <= LARGEST_TEXT_BYTES) return undefined;
  return `is ${Math.ceil(bytes / 1024)} KiB large, and the system takes at most 128: hand it over as a file, by \`file(…)\``;
}
