import path from 'node:path';
import * as vscode from 'vscode';
import { withoutEscapes } from '../base/escapes.ts';
import type { RunId } from '../model/attempt.ts';
import type { StepState } from '../model/run-state.ts';
import { stepDetail, statusWords } from '../views/words.ts';
import { runName, type RunsWatch, type SeenRun } from './runs-watch.ts';

export const LOG_SCHEME = 'baton-log';

/** So much of a step's output is shown at most; the file has the rest. */
const MOST_BYTES = 5 * 1024 * 1024;
const LOOK_AGAIN_MS = 500;

/** What a step printed, as a read-only document that grows while the step runs. */
export class LogDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #runs: RunsWatch;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #live = new Map<string, NodeJS.Timeout>();
  readonly #closing: vscode.Disposable;

  constructor(runs: RunsWatch) {
    this.#runs = runs;
    this.#closing = vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#rest(uri));
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const at = addressOf(uri);
    const run = at && this.#runs.find(at.run);
    const state = run && (await this.#runs.load(run));
    const step = at && state?.steps[at.step];
    if (at === undefined || run === undefined || step === undefined) {
      return vscode.l10n.t('This run is not there any more.');
    }
    if (run.summary.status === 'running' && step.result === undefined) this.#lookAgain(uri);
    else this.#rest(uri);
    return this.#textOf(run, step);
  }

  /** All attempts, one after the other. */
  async #textOf(run: SeenRun, step: StepState): Promise<string> {
    const { journal } = run.place.project.runs;
    const { attempts } = step;
    if (attempts.length === 0) return nothingYet(step);
    const parts: string[] = [];
    for (const { number } of attempts) {
      if (attempts.length > 1) parts.push(vscode.l10n.t('── attempt {0} ──', number) + '\n');
      const file = journal.logPath(run.id, step.id, number);
      const size = await sizeOf(file);
      const fromByte = Math.max(0, size - MOST_BYTES);
      const bytes = await journal.readLog({
        run: run.id,
        step: step.id,
        attempt: number,
        fromByte,
        maxBytes: MOST_BYTES,
      });
      if (fromByte > 0)
        parts.push(vscode.l10n.t('(Only the end is shown. All of it: {0})', file ?? '') + '\n');
      const text = readable(new TextDecoder().decode(bytes ?? new Uint8Array()));
      parts.push(text === '' || text.endsWith('\n') ? text : `${text}\n`);
    }
    const text = parts.join('');
    return text === '' && step.result !== undefined ? vscode.l10n.t('This step printed nothing.') : text;
  }

  #lookAgain(uri: vscode.Uri): void {
    const key = uri.toString();
    clearTimeout(this.#live.get(key));
    this.#live.set(
      key,
      setTimeout(() => this.#changed.fire(uri), LOOK_AGAIN_MS),
    );
  }

  #rest(uri: vscode.Uri): void {
    const key = uri.toString();
    clearTimeout(this.#live.get(key));
    this.#live.delete(key);
  }

  dispose(): void {
    for (const timer of this.#live.values()) clearTimeout(timer);
    this.#closing.dispose();
    this.#changed.dispose();
  }
}

/** `baton-log:/Check/test.log?{"run":"…","step":"test"}`: the path is for people, the query for us. */
export function logUri(run: SeenRun, step: string): vscode.Uri {
  const name = `${step.replaceAll('/', '_')}.log`;
  return vscode.Uri.from({
    scheme: LOG_SCHEME,
    path: path.posix.join('/', runName(run).replaceAll('/', '_'), run.id, name),
    query: JSON.stringify({ run: run.id, step }),
  });
}

function addressOf(uri: vscode.Uri): { readonly run: RunId; readonly step: string } | undefined {
  try {
    const { run, step } = JSON.parse(uri.query) as { run?: unknown; step?: unknown };
    return typeof run === 'string' && typeof step === 'string' ? { run, step } : undefined;
  } catch {
    return undefined; // Somebody else made this address.
  }
}

function nothingYet(step: StepState): string {
  const detail = stepDetail(step, Date.now());
  const words = vscode.l10n.t(statusWords(step.status));
  return detail === '' ? words : `${words}: ${detail}`;
}

async function sizeOf(file: string | undefined): Promise<number> {
  if (file === undefined) return 0;
  try {
    return (await vscode.workspace.fs.stat(vscode.Uri.file(file))).size;
  } catch {
    return 0; // It printed nothing yet.
  }
}

/** A document has no colours: escape sequences go, and of a line drawn several times the last drawing stays. */
function readable(text: string): string {
  return withoutEscapes(text)
    .replaceAll('\r\n', '\n')
    .replaceAll(/^[^\n]*\r(?=[^\n])/gm, '')
    .replaceAll('\r', '');
}
