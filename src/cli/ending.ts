import { UsageError } from './door.ts';

/** Ends this process with the code that the work ends with; what it threw is told in one line. */
export function endWith(work: Promise<number>): void {
  void work.catch(explain).then((code) => {
    process.exitCode = code;
  });
}

/** One line for people; the stack only for those who ask for it. */
export function explain(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`baton: ${message}\n`);
  if (process.env['BATON_DEBUG'] === '1' && error instanceof Error)
    process.stderr.write(`${error.stack ?? ''}\n`);
  return error instanceof UsageError ? 2 : 1;
}
