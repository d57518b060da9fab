import readline from 'node:readline';
import { FileJournal } from '../../src/journal/file-journal.ts';

/**
 * A process that wants every run it is told of, at the same moment as others: reads lines `<run> <time>`, answers each
 * with how `reopen` went. What it gets it keeps until the next line.
 */
const journal = new FileJournal(process.argv[2] ?? '');
let close = (): Promise<void> => Promise.resolve();

for await (const line of readline.createInterface({ input: process.stdin })) {
  await close();
  close = () => Promise.resolve();
  const [run = '', at = '0'] = line.split(' ');
  while (Date.now() < Number(at)); // All at once, as exactly as clocks allow.
  const reopened = await journal.reopen(run);
  if (typeof reopened === 'object') {
    const { writer } = reopened;
    writer.append([{ type: 'run-adopted' }]);
    close = () => writer.close();
  }
  process.stdout.write(`${typeof reopened === 'object' ? 'got' : reopened}\n`);
}
await close();
