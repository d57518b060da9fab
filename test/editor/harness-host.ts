import { appendFileSync } from 'node:fs';
import Mocha from 'mocha';

/** What happened inside the editor, one line of JSON each, for those who wait outside. */
export type Report =
  | { readonly kind: 'suite'; readonly title: string; readonly depth: number }
  | { readonly kind: 'started'; readonly title: string }
  | { readonly kind: 'passed'; readonly title: string; readonly durationMs: number }
  | { readonly kind: 'failed'; readonly title: string; readonly error: string }
  | { readonly kind: 'skipped'; readonly title: string }
  | { readonly kind: 'ended' };

/** Where the reports go. */
export const RESULTS_VARIABLE = 'BATON_TEST_RESULTS';

/** Runs suites inside the extension host. Its console goes to a log nobody sees, so a file takes the reports. */
export async function runSuites(suites: readonly (() => Promise<unknown>)[]): Promise<void> {
  const file = process.env[RESULTS_VARIABLE];
  if (file === undefined) throw new Error(`${RESULTS_VARIABLE} is not set.`);
  const say = (report: Report) => appendFileSync(file, `${JSON.stringify(report)}\n`);
  try {
    await runMocha(await load(suites), say);
  } catch (error) {
    say({ kind: 'failed', title: 'the suites could not be loaded', error: textOf(error) });
  } finally {
    say({ kind: 'ended' });
  }
}

/** What mocha does with a file: it sets `suite` and `test` up first, then runs the file. `Base` prints nothing. */
async function load(suites: readonly (() => Promise<unknown>)[]): Promise<Mocha> {
  const mocha = new Mocha({ ui: 'tdd', timeout: 60_000, reporter: Mocha.reporters.Base });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  for (const suite of suites) await suite();
  return mocha;
}

function runMocha(mocha: Mocha, say: (report: Report) => void): Promise<void> {
  return new Promise((resolve) => {
    const runner = mocha.run(() => resolve());
    runner.on('suite', (suite) => {
      if (!suite.root) say({ kind: 'suite', title: suite.title, depth: suite.titlePath().length - 1 });
    });
    runner.on('test', ({ title }) => say({ kind: 'started', title }));
    runner.on('pass', ({ title, duration = 0 }) => say({ kind: 'passed', title, durationMs: duration }));
    runner.on('fail', (test, error) =>
      say({ kind: 'failed', title: test.titlePath().join(' › '), error: textOf(error) }),
    );
    runner.on('pending', ({ title }) => say({ kind: 'skipped', title }));
  });
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
