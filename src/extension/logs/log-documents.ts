import * as vscode from 'vscode';
import type { Attempt, RunState, StepState } from '../../model/run-state.ts';
import { plainText, type StyledSpan } from '../../views/ansi.ts';
import { withSections } from '../../views/log-marks.ts';
import { formatDuration } from '../../base/duration.ts';
import { stepDetail, statusWords } from '../../views/words.ts';
import { LOG_SCHEME, logAddress } from '../log-uri.ts';
import type { RunsWatch, SeenRun } from '../runs-watch.ts';

/** So much of an attempt's output is shown at first, from its end. */
const FIRST_BYTES = 1024 * 1024;
/** Each time that more is asked for, four times as much; beyond this the editor itself gives documents up. */
const MOST_BYTES = 32 * 1024 * 1024;
/** Of each attempt, where the whole run is shown. */
const BYTES_IN_RUN = 256 * 1024;
const LOOK_AGAIN_MS = 300;

/** A log as it is shown, with what its text alone does not say. */
export interface ShownLog {
  readonly text: string;
  readonly spans: readonly StyledSpan[];
  /** Lines that say what a stretch of the whole run's log is about: what stands below them can be folded. */
  readonly headings: readonly number[];
  readonly run?: SeenRun;
  readonly step?: StepState;
  /** The attempt that is shown. */
  readonly attempt?: number;
  /** The file it comes from. */
  readonly file?: string;
  /** What is before the text that is shown. */
  readonly earlierBytes: number;
  readonly canShowMore: boolean;
}

/** What steps printed, as read-only documents that grow while they run. */
export class LogDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #runs: RunsWatch;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #shownChanged = new vscode.EventEmitter<vscode.Uri>();
  /** What is shown of a log was read again. */
  readonly onDidShow = this.#shownChanged.event;
  readonly #shown = new Map<string, ShownLog>();
  readonly #bytes = new Map<string, number>();
  readonly #live = new Map<string, NodeJS.Timeout>();
  /** Documents whose end is in view: it stays in view. */
  readonly #atEnd = new Set<string>();
  readonly #subscriptions: readonly vscode.Disposable[];

  constructor(runs: RunsWatch) {
    this.#runs = runs;
    this.#subscriptions = [
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#forget(uri)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#follow(document)),
    ];
  }

  shown(uri: vscode.Uri): ShownLog | undefined {
    return this.#shown.get(uri.toString());
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const key = uri.toString();
    const log = await this.#read(uri);
    this.#noteEnd(uri);
    this.#shown.set(key, log);
    this.#shownChanged.fire(uri);
    if (this.#mayGrow(log)) this.#lookAgain(uri, log);
    else this.#rest(key);
    return log.text;
  }

  /** Shows more of a log whose end alone is shown. */
  showEarlier(uri: vscode.Uri): void {
    const key = uri.toString();
    this.#bytes.set(key, Math.min(MOST_BYTES, (this.#bytes.get(key) ?? FIRST_BYTES) * 4));
    this.#atEnd.delete(key);
    this.#changed.fire(uri);
  }

  async #read(uri: vscode.Uri): Promise<ShownLog> {
    const address = logAddress(uri);
    const run = address && this.#runs.find(address.run);
    const state = run && (await this.#runs.load(run));
    const gone = plain(vscode.l10n.t('This run is not there any more.'));
    if (address === undefined || run === undefined || state === undefined) return gone;
    if (address.step === undefined) return this.#wholeRun(run, state);
    const step = state.steps[address.step];
    if (step === undefined) return gone;
    const number = address.attempt ?? step.attempts.at(-1)?.number;
    if (number === undefined) return { ...plain(nothingYet(step)), run, step };
    const most = this.#bytes.get(uri.toString()) ?? FIRST_BYTES;
    const { raw, earlierBytes, file } = await this.#tail(run, { step, number, most });
    const { text, spans } = plainText(withSections(raw));
    const common = { run, step, attempt: number, ...(file !== undefined && { file }), headings: [] };
    if (text === '' && step.attempts.at(number - 1)?.outcome !== undefined)
      return { ...plain(vscode.l10n.t('This step printed nothing.')), ...common };
    return { text, spans, earlierBytes, canShowMore: most < MOST_BYTES, ...common };
  }

  /** The end of an attempt's output, from the beginning of a line. */
  async #tail(
    run: SeenRun,
    { step, number, most }: { readonly step: StepState; readonly number: number; readonly most: number },
  ): Promise<{ readonly raw: string; readonly earlierBytes: number; readonly file: string | undefined }> {
    const { journal } = run.place.project.runs;
    const file = journal.logPath(run.id, step.id, number);
    const size = await sizeOf(file);
    const fromByte = Math.max(0, size - most);
    const query = { run: run.id, step: step.id, attempt: number, fromByte, maxBytes: most };
    const bytes = (await journal.readLog(query)) ?? new Uint8Array();
    const lineEnd = fromByte > 0 ? bytes.indexOf(10) : -1;
    const begin = lineEnd + 1;
    return {
      raw: new TextDecoder().decode(bytes.subarray(begin)),
      earlierBytes: fromByte === 0 ? 0 : fromByte + begin,
      file,
    };
  }

  /** Every attempt of every step, in the order in which they began, each below a line that says which it is. */
  async #wholeRun(run: SeenRun, state: RunState): Promise<ShownLog> {
    const attempts = Object.values(state.steps)
      .flatMap((step) => step.attempts.map((attempt) => ({ step, attempt })))
      .sort((a, b) => a.attempt.startedAt - b.attempt.startedAt || a.step.index - b.step.index);
    const lines: string[] = [];
    const spans: StyledSpan[] = [];
    const headings: number[] = [];
    for (const { step, attempt } of attempts) {
      headings.push(lines.length);
      const heading = headingOf(step, attempt);
      spans.push({ line: lines.length, start: 0, end: heading.length, style: { bold: true } });
      lines.push(heading);
      const { number } = attempt;
      const { raw, earlierBytes } = await this.#tail(run, { step, number, most: BYTES_IN_RUN });
      if (earlierBytes > 0) lines.push(vscode.l10n.t('(Only the end is shown here.)'));
      const shown = plainText(withSections(raw).replace(/\r?\n$/, ''));
      const at = lines.length;
      for (const span of shown.spans) spans.push({ ...span, line: span.line + at });
      if (shown.text !== '') for (const line of shown.text.split('\n')) lines.push(line);
    }
    const text = lines.length === 0 ? vscode.l10n.t('Nothing has begun yet.') : lines.join('\n') + '\n';
    return { text, spans, headings, run, earlierBytes: 0, canShowMore: false };
  }

  #mayGrow({ run, step, attempt }: ShownLog): boolean {
    const status = run?.summary.status;
    if (status !== 'running' && status !== 'waiting') return false;
    if (step === undefined) return true;
    // An attempt that ended says no more; the next one has a document of its own.
    return attempt === undefined
      ? step.result === undefined
      : step.attempts.at(attempt - 1)?.outcome === undefined;
  }

  /** Reads again when there is something new to read. */
  #lookAgain(uri: vscode.Uri, { run, step, attempt, file }: ShownLog): void {
    const key = uri.toString();
    clearTimeout(this.#live.get(key));
    const before = sizeOf(file);
    const look = async () => {
      const state = run && (await this.#runs.load(run));
      const now = step && state?.steps[step.id];
      const isOver = now === undefined || now.attempts.at((attempt ?? 1) - 1)?.outcome !== undefined;
      if (isOver || (await sizeOf(file)) !== (await before)) this.#changed.fire(uri);
      else if (this.#live.has(key))
        this.#live.set(
          key,
          setTimeout(() => void look(), LOOK_AGAIN_MS),
        );
    };
    this.#live.set(
      key,
      setTimeout(() => void look(), LOOK_AGAIN_MS),
    );
  }

  #noteEnd(uri: vscode.Uri): void {
    for (const editor of editorsOf(uri)) {
      const last = editor.visibleRanges.at(-1)?.end.line ?? 0;
      if (last >= editor.document.lineCount - 2) this.#atEnd.add(uri.toString());
      else this.#atEnd.delete(uri.toString());
    }
  }

  #follow(document: vscode.TextDocument): void {
    if (document.uri.scheme !== LOG_SCHEME || !this.#atEnd.has(document.uri.toString())) return;
    const end = document.lineAt(document.lineCount - 1).range;
    for (const editor of editorsOf(document.uri)) editor.revealRange(end);
  }

  #rest(key: string): void {
    clearTimeout(this.#live.get(key));
    this.#live.delete(key);
  }

  #forget(uri: vscode.Uri): void {
    const key = uri.toString();
    this.#rest(key);
    this.#shown.delete(key);
    this.#bytes.delete(key);
    this.#atEnd.delete(key);
  }

  dispose(): void {
    for (const timer of this.#live.values()) clearTimeout(timer);
    this.#live.clear();
    for (const each of [...this.#subscriptions, this.#changed, this.#shownChanged]) each.dispose();
  }
}

function editorsOf(uri: vscode.Uri): readonly vscode.TextEditor[] {
  const key = uri.toString();
  return vscode.window.visibleTextEditors.filter(({ document }) => document.uri.toString() === key);
}

function plain(text: string): ShownLog {
  return { text, spans: [], headings: [], earlierBytes: 0, canShowMore: false };
}

function headingOf(step: StepState, attempt: Attempt): string {
  const { t } = vscode.l10n;
  const began = new Date(attempt.startedAt).toLocaleTimeString(vscode.env.language);
  const name = step.attempts.length > 1 ? t('{0}, attempt {1}', step.id, attempt.number) : step.id;
  const { outcome, durationMs } = attempt;
  if (outcome === undefined) return `── ${name} · ${t('began at {0}, is running', began)} ──`;
  const end = outcome.ok ? t(statusWords('succeeded')) : t(statusWords('failed'));
  return `── ${name} · ${t('began at {0}, {1} after {2}', began, end, formatDuration(durationMs ?? 0))} ──`;
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
