import * as vscode from 'vscode';
import type { AnsiStyle, StyledSpan } from '../../views/ansi.ts';
import { LOG_SCHEME } from '../log-uri.ts';
import type { LogDocuments } from './log-documents.ts';

/** The names of the theme's terminal colours, 0 to 15. */
const COLOURS = ['Black', 'Red', 'Green', 'Yellow', 'Blue', 'Magenta', 'Cyan', 'White'];
const THEME = [...COLOURS, ...COLOURS.map((name) => `Bright${name}`)];
/** Lines beyond what is in view that get their colours too, so that slow scrolling never shows them come. */
const AROUND = 200;
/** Of so many ways to look, the rest stays plain: the editor keeps a rule for each. */
const MOST_STYLES = 200;

/** Colours of output as decorations, for the lines in view. */
export class LogColours implements vscode.Disposable {
  readonly #logs: LogDocuments;
  readonly #types = new Map<string, vscode.TextEditorDecorationType>();
  readonly #subscription: vscode.Disposable;

  constructor(logs: LogDocuments) {
    this.#logs = logs;
    const paintAll = () => {
      for (const editor of vscode.window.visibleTextEditors) this.#paint(editor);
    };
    this.#subscription = vscode.Disposable.from(
      vscode.window.onDidChangeVisibleTextEditors(paintAll),
      vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => this.#paint(textEditor)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.uri.scheme === LOG_SCHEME) paintAll();
      }),
      logs.onDidShow(paintAll),
    );
    paintAll();
  }

  #paint(editor: vscode.TextEditor): void {
    const { uri, lineCount } = editor.document;
    if (uri.scheme !== LOG_SCHEME) return;
    const spans = this.#logs.shown(uri)?.spans ?? [];
    const ranges = new Map<vscode.TextEditorDecorationType, vscode.Range[]>();
    for (const { start, end } of editor.visibleRanges) {
      for (const span of between(spans, start.line - AROUND, Math.min(lineCount - 1, end.line + AROUND))) {
        const type = this.#typeOf(span.style);
        if (type === undefined) continue;
        const of = ranges.get(type) ?? [];
        of.push(new vscode.Range(span.line, span.start, span.line, span.end));
        ranges.set(type, of);
      }
    }
    for (const type of this.#types.values()) editor.setDecorations(type, ranges.get(type) ?? []);
  }

  #typeOf(style: AnsiStyle): vscode.TextEditorDecorationType | undefined {
    const key = JSON.stringify(style);
    const known = this.#types.get(key);
    if (known !== undefined || this.#types.size >= MOST_STYLES) return known;
    const type = vscode.window.createTextEditorDecorationType(decorationOf(style));
    this.#types.set(key, type);
    return type;
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const type of this.#types.values()) type.dispose();
  }
}

function decorationOf(style: AnsiStyle): vscode.DecorationRenderOptions {
  const { foreground, background, bold, dim, italic, underline, strike } = style;
  const lines = [...(underline === true ? ['underline'] : []), ...(strike === true ? ['line-through'] : [])];
  return {
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    ...(foreground !== undefined && { color: colour(foreground) }),
    ...(background !== undefined && { backgroundColor: colour(background) }),
    ...(bold === true && { fontWeight: 'bold' }),
    ...(dim === true && { opacity: '0.7' }),
    ...(italic === true && { fontStyle: 'italic' }),
    ...(lines.length > 0 && { textDecoration: lines.join(' ') }),
  };
}

function colour(of: number | string): string | vscode.ThemeColor {
  return typeof of === 'string' ? of : new vscode.ThemeColor(`terminal.ansi${THEME[of] ?? 'White'}`);
}

/** The spans on lines `from` to `to`, by binary search: they are in the order of the text. */
function between(spans: readonly StyledSpan[], from: number, to: number): readonly StyledSpan[] {
  return spans.slice(firstAt(spans, from), firstAt(spans, to + 1));
}

function firstAt(spans: readonly StyledSpan[], line: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.line ?? Infinity) < line) low = middle + 1;
    else high = middle;
  }
  return low;
}
