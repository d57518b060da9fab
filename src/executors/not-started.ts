import fs from 'node:fs';
import type { Failure } from '../model/attempt.ts';
import type { StartError } from './exit.ts';

/** What a person is told about a program that could not be started, with the exit code a shell would show (E1). */
export function notStarted(
  error: StartError,
  { file, cwd }: { readonly file: string; readonly cwd: string },
): Failure {
  const failed = (code: 125 | 126 | 127, message: string): Failure => ({
    kind: 'not-started',
    code,
    message,
  });
  if (!fs.existsSync(cwd)) return failed(125, `the folder "${cwd}" does not exist`);
  switch (error.code) {
    case 'ENOENT':
      return failed(127, `the program "${file}" was not found on the PATH`);
    case 'EACCES':
      return failed(126, `"${file}" is not a program that may be run`);
    case 'E2BIG':
      return failed(125, 'its arguments and environment are larger than the system allows');
    default:
      return failed(125, error.message ?? String(error.code));
  }
}
