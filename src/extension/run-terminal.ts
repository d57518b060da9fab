import * as vscode from 'vscode';
import { impossible, type Result } from '../base/result.ts';
import type { RunId } from '../model/attempt.ts';
import type { RunState } from '../model/run-state.ts';
import { followRun } from '../project/run-follower.ts';
import { RunScreen } from '../views/run-screen.ts';
import { paint, type TerminalStyle } from '../views/terminal.ts';
import type { Place } from './projects.ts';

const STYLE: TerminalStyle = { colour: true, unicode: true };
const REDRAW_EVERY_MS = 100;
/** E2. */
const EXIT = { succeeded: 0, failed: 1, refused: 2, timedOut: 124, cancelled: 130 } as const;
/** VS Code says of a terminal that fails sooner that it could not be launched. */
const LAUNCH_MS = 700;
const CTRL_C = '\u0003';

/** A terminal takes whatever it is given into memory, and nobody reads so much: of so many lines at once the middle is left out. */
const MOST_LINES = 2000;
const SHOWN_AT_EACH_END = 500;

export interface TerminalRun {
  readonly place: Place;
  readonly run: RunId;
}

/** Shows a run's journal as a terminal. Closing it leaves the run alone; Ctrl-C asks it to stop, twice forces. */
export class RunTerminal implements vscode.Pseudoterminal {
  readonly #begin: () => Promise<Result<TerminalRun, string>>;
  readonly #written = new vscode.EventEmitter<string>();
  readonly onDidWrite = this.#written.event;
  readonly #ended = new vscode.EventEmitter<number>();
  readonly onDidClose = this.#ended.event;
  readonly #closing = new AbortController();
  #columns = 80;
  readonly #screen = new RunScreen({ style: STYLE, live: true, columns: () => this.#columns, now: Date.now });
  #shown: TerminalRun | undefined;
  #stops = 0;

  /** `begin` starts the run, or names one that goes on already. */
  constructor(begin: () => Promise<Result<TerminalRun, string>>) {
    this.#begin = begin;
  }

  open(dimensions: vscode.TerminalDimensions | undefined): void {
    this.setDimensions(dimensions);
    void this.#showAll(performance.now());
  }

  async #showAll(openedAt: number): Promise<void> {
    let code: number = EXIT.failed;
    try {
      code = await this.#follow();
    } catch (error) {
      this.#refuse(error instanceof Error ? error.message : String(error));
    }
    const early = code === EXIT.succeeded ? 0 : LAUNCH_MS - (performance.now() - openedAt);
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    this.#ended.fire(code);
  }

  setDimensions(dimensions: vscode.TerminalDimensions | undefined): void {
    if (dimensions !== undefined && dimensions.columns > 0) this.#columns = dimensions.columns;
  }

  handleInput(data: string): void {
    if (!data.includes(CTRL_C) || this.#shown === undefined) return;
    const { place, run } = this.#shown;
    void place.project.runs.stop(run, { by: 'SIGINT', force: this.#stops++ > 0 });
  }

  close(): void {
    this.#closing.abort();
  }

  async #follow(): Promise<number> {
    const begun = await this.#begin();
    if (!begun.ok) {
      this.#refuse(begun.error);
      return EXIT.refused;
    }
    this.#shown = begun.value;
    const { place, run } = begun.value;
    const redraw = setInterval(() => this.#write(this.#screen.redraw()), REDRAW_EVERY_MS);
    const end = await followRun(place.project.runs.journal, run, {
      onEvents: (events) => this.#write(this.#screen.events(events)),
      onOutput: (step, lines) => this.#write(this.#screen.output(step, withoutMost(lines))),
      signal: this.#closing.signal,
    }).finally(() => clearInterval(redraw));
    this.#write(this.#screen.close(this.#lastWords(end)));
    return exitCodeOf(this.#screen.state);
  }

  #write(text: string): void {
    if (text !== '') this.#written.fire(text);
  }

  #lastWords(end: 'ended' | 'parked' | 'lost' | 'aborted' | 'unknown'): string[] {
    switch (end) {
      case 'ended':
      case 'aborted':
        return [];
      case 'parked':
        return [
          paint(STYLE, 'yellow', vscode.l10n.t('This run waits for an answer; answering goes on with it.')),
        ];
      case 'lost':
        return [
          paint(
            STYLE,
            'red',
            vscode.l10n.t('The process that ran it is gone: this run is lost. Resume goes on with it.'),
          ),
        ];
      case 'unknown':
        return [paint(STYLE, 'red', vscode.l10n.t('This run is not there any more.'))];
      default:
        return impossible(end);
    }
  }

  #refuse(message: string): void {
    const lines = message.split('\n').map((line) => paint(STYLE, 'red', line));
    this.#write(this.#screen.close(lines));
  }
}

function withoutMost(lines: readonly string[]): readonly string[] {
  if (lines.length <= MOST_LINES) return lines;
  const left = lines.length - 2 * SHOWN_AT_EACH_END;
  const note = vscode.l10n.t(
    '… {0} more lines are in the log only.',
    left.toLocaleString(vscode.env.language),
  );
  return [
    ...lines.slice(0, SHOWN_AT_EACH_END),
    paint(STYLE, 'dim', note),
    ...lines.slice(-SHOWN_AT_EACH_END),
  ];
}

function exitCodeOf(state: RunState | undefined): number {
  const ended = state?.ended;
  switch (ended) {
    case 'succeeded':
      return EXIT.succeeded;
    case 'timed_out':
      return EXIT.timedOut;
    case 'cancelled':
      return EXIT.cancelled;
    case 'failed':
    case undefined:
      return EXIT.failed;
    default:
      return impossible(ended);
  }
}
