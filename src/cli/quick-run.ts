import type { RunOptions } from './run.ts';

/** What `baton run` was asked for. */
export interface QuickRun {
  readonly workflow: string;
  readonly options: RunOptions;
}

/**
 * The short way to read `baton run …`, for what people and schedulers type every day: the library that knows the whole
 * command line, with its help and its advice, takes longer to load than a small run takes. Whatever is not as plain as
 * can be (another command, help, a mistake, an abbreviation) is undefined here, and read by the library.
 */
export function quickRun([command, ...args]: readonly string[]): QuickRun | undefined {
  if (command !== 'run') return undefined;
  const values = { input: [] as string[], env: [] as string[], parallel: [] as string[] };
  const switches = { '--json': false, '--fail-fast': false, '--detach': false };
  const names: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (isKey(arg, switches)) switches[arg] = true;
    else if (!arg.startsWith('-')) names.push(arg);
    else {
      const option = arg.slice(2);
      const value = args[++i];
      if (!arg.startsWith('--') || !isKey(option, values) || value === undefined) return undefined;
      values[option].push(value);
    }
  }
  const [workflow] = names;
  if (workflow === undefined || names.length > 1) return undefined;
  const parallel = values.parallel.at(-1);
  return {
    workflow,
    options: {
      input: values.input,
      env: values.env,
      ...(parallel === undefined ? {} : { parallel }),
      ...(switches['--json'] ? { json: true } : {}),
      ...(switches['--fail-fast'] ? { failFast: true } : {}),
      ...(switches['--detach'] ? { detach: true } : {}),
    },
  };
}

function isKey<T extends object>(key: string, of: T): key is string & keyof T {
  return Object.hasOwn(of, key);
}
