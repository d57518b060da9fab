import { emptyRecord, type Json } from '../base/json.ts';
import type { InputDeclaration } from '../model/workflow.ts';
import { isRunId } from '../project/run-id.ts';
import { secretsGivenTo, secretsIn } from '../project/secrets.ts';
import { UsageError, type Door } from './door.ts';

/**
 * Secrets that nobody gave on the command line: from the environment, or else asked for without an echo, where there is
 * a terminal to ask on. What is left out then is told by whoever needs it.
 */
export async function moreSecrets(
  door: Door,
  wanted: readonly InputDeclaration[],
  given: Readonly<Record<string, Json>>,
): Promise<Record<string, string>> {
  const open = wanted.filter(({ name }) => !Object.hasOwn(given, name));
  const secrets = Object.assign(emptyRecord<string>(), secretsIn(door.project.env, open));
  if (!process.stdin.isTTY || !process.stderr.isTTY) return secrets;
  for (const { name, description } of open) {
    if (secrets[name] !== undefined) continue;
    const answer = await ask(`${name}${description === undefined ? '' : ` (${description})`}: `);
    if (answer !== '') secrets[name] = answer;
  }
  return secrets;
}

/** The secrets of a run that was begun before, given again. */
export async function secretsAgain(door: Door, run: string): Promise<Record<string, string>> {
  const record = isRunId(run) ? await door.project.runs.journal.read(run) : undefined;
  const first = record?.events[0];
  return first?.type === 'run-started' ? moreSecrets(door, secretsGivenTo(first), {}) : emptyRecord();
}

/** One line from the terminal that does not appear on it. */
function ask(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  return new Promise((resolve, reject) => {
    let text = '';
    const leave = (then: () => void) => {
      stdin.off('data', onKeys);
      stdin.setRawMode(false).pause();
      stderr.write('\n');
      then();
    };
    const onKeys = (bytes: Buffer) => {
      for (const key of bytes.toString('utf8')) {
        if (key === '\r' || key === '\n') return leave(() => resolve(text));
        if (key === '\u0003' || key === '\u0004')
          return leave(() => reject(new UsageError('Nothing was run.')));
        if (key === '\u007F' || key === '\b') text = Array.from(text).slice(0, -1).join('');
        else if (key === '\u0015') text = '';
        else text += key;
      }
    };
    stdin.setRawMode(true).resume().on('data', onKeys);
  });
}
