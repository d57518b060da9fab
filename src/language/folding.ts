/** Lines, counted from 0, that can be folded into the first of them. */
export interface Fold {
  readonly startLine: number;
  /** The last line that is hidden. */
  readonly endLine: number;
  readonly kind: 'block' | 'comment' | 'region';
}

interface Line {
  /** Spaces before the first character. */
  readonly column: number;
  readonly kind: 'blank' | 'comment' | 'item' | 'text';
  /** Of a comment: whether it begins or ends a region. */
  readonly mark?: 'region' | 'endregion';
}

/**
 * What can be folded: maps, lists, steps, texts of several lines, runs of comments, and what stands between `# region` and
 * `# endregion`. Told from the indentation alone, so that it holds still while the file is broken. By their first line;
 * no two begin on the same one.
 */
export function folds(text: string): readonly Fold[] {
  const lines = text.split(/\r\n|\r|\n/).map(lineOf);
  const found = new Map<number, Fold>();
  // Regions were asked for, and blocks have more in them than comments.
  for (const fold of [...regions(lines), ...blocks(lines), ...comments(lines)])
    if (!found.has(fold.startLine)) found.set(fold.startLine, fold);
  return [...found.values()].toSorted((a, b) => a.startLine - b.startLine);
}

function lineOf(text: string): Line {
  const column = text.length - text.trimStart().length;
  const first = text[column];
  if (first === undefined) return { column, kind: 'blank' };
  if (first === '#') {
    const mark = /^#\s*(region|endregion)\b/i.exec(text.slice(column))?.[1]?.toLowerCase();
    return mark === 'region' || mark === 'endregion'
      ? { column, kind: 'comment', mark }
      : { column, kind: 'comment' };
  }
  return { column, kind: /^-(?:\s|$)/.test(text.slice(column)) ? 'item' : 'text' };
}

/** Every line, with all that stands further right below it. The items of a list may stand right below their key. */
function blocks(lines: readonly Line[]): readonly Fold[] {
  const found: Fold[] = [];
  const open: { readonly line: Line; readonly at: number; last: number }[] = [];
  const close = (isClosed: (line: Line) => boolean) => {
    for (let top = open.at(-1); top !== undefined && isClosed(top.line); top = open.at(-1)) {
      open.pop();
      if (top.last > top.at) found.push({ startLine: top.at, endLine: top.last, kind: 'block' });
      const around = open.at(-1);
      if (around !== undefined) around.last = Math.max(around.last, top.last);
    }
  };
  for (const [at, line] of lines.entries()) {
    if (line.kind === 'blank') continue;
    if (line.kind === 'comment') {
      // A comment belongs to the innermost block that it is indented into, as far as that goes on.
      for (const each of open) if (line.column > each.line.column) each.last = at;
      continue;
    }
    close(
      (other) =>
        other.column > line.column ||
        (other.column === line.column && !(line.kind === 'item' && other.kind === 'text')),
    );
    open.push({ line, at, last: at });
  }
  close(() => true);
  return found;
}

/** Two or more lines of nothing but comments, in one column. */
function comments(lines: readonly Line[]): readonly Fold[] {
  const found: Fold[] = [];
  let start: number | undefined;
  for (const [at, line] of [...lines, undefined].entries()) {
    const first = start === undefined ? undefined : lines[start];
    const goesOn = line?.kind === 'comment' && line.mark === undefined && line.column === first?.column;
    if (goesOn) continue;
    if (start !== undefined && at - start > 1)
      found.push({ startLine: start, endLine: at - 1, kind: 'comment' });
    start = line?.kind === 'comment' && line.mark === undefined ? at : undefined;
  }
  return found;
}

function regions(lines: readonly Line[]): readonly Fold[] {
  const found: Fold[] = [];
  const open: number[] = [];
  for (const [at, { mark }] of lines.entries()) {
    if (mark === 'region') open.push(at);
    const start = mark === 'endregion' ? open.pop() : undefined;
    if (start !== undefined) found.push({ startLine: start, endLine: at, kind: 'region' });
  }
  return found;
}
