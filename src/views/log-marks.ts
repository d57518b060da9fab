/** Lines that belong together, counted from 0: the one that names them, and the last. */
export interface LogGroup {
  readonly start: number;
  readonly end: number;
}

/** Begins of groups as GitHub Actions, Azure Pipelines and GitLab know them, and their ends. */
const BEGIN = /^(?:::group::|##\[group\]|section_start:\d+:)/;
const END = /^(?:::endgroup::|##\[endgroup\]|section_end:\d+:)/;

/** GitLab's runner wipes its markers off the line at once; here they stay, so that what they begin can be folded. */
export function withSections(raw: string): string {
  // oxlint-disable-next-line no-control-regex -- the sequence that wipes
  return raw.replaceAll(/^(section_(?:start|end):\d+:[^\r\n]*)\r\u001B\[0?K/gm, '$1 ');
}

/** The groups that markers in the output make, inner ones too; a group that nobody ended goes to the end of the text. */
export function groupsOf(lines: readonly string[]): readonly LogGroup[] {
  const groups: LogGroup[] = [];
  const open: number[] = [];
  const close = (end: number) => {
    const start = open.pop();
    if (start !== undefined && end > start) groups.push({ start, end });
  };
  for (const [line, text] of lines.entries()) {
    if (BEGIN.test(text)) open.push(line);
    else if (END.test(text)) close(line);
  }
  while (open.length > 0) close(lines.length - 1);
  return groups.sort((a, b) => a.start - b.start || b.end - a.end);
}

/** A place in a file that a line of output names. `start` and `end` are where the line says so; `row` and `column` count from 1. */
export interface FileReference {
  readonly start: number;
  readonly end: number;
  readonly path: string;
  readonly row: number;
  readonly column?: number;
}

/** Longer lines are data, not messages. */
const LONGEST = 2000;
const PATH = String.raw`(?:[A-Za-z]:[\\/])?[\w.@%+~$#/\\-]+`;
const REFERENCE = new RegExp(
  [
    String.raw`"(?<quoted>[^"\n]+)", line (?<quotedRow>\d{1,7})`,
    String.raw`(?<![\w.@%+~$#/\\:-])(?:file:\/\/)?(?<path>${PATH})(?::(?<row>\d{1,7})(?::(?<column>\d{1,5}))?|\((?<row2>\d{1,7})(?:,(?<column2>\d{1,5}))?\))(?![\w.])`,
  ].join('|'),
  'g',
);

/**
 * `src/a.ts:12:5`, `a.ts(12,5)`, `File "a.py", line 12`: what compilers, test runners and interpreters print. Whether
 * there is such a file is for others to find out.
 */
export function fileReferences(line: string): readonly FileReference[] {
  if (line.length > LONGEST || !/\d/.test(line)) return [];
  const found: FileReference[] = [];
  for (const match of line.matchAll(REFERENCE)) {
    const { quoted, quotedRow, path, row, row2, column, column2 } = match.groups ?? {};
    const file = quoted ?? path;
    const at = Number(quotedRow ?? row ?? row2);
    if (file === undefined || at < 1 || !/[A-Za-z]/.test(file)) continue;
    found.push({
      start: match.index,
      end: match.index + match[0].length,
      path: file,
      row: at,
      ...((column ?? column2) !== undefined && { column: Number(column ?? column2) }),
    });
  }
  return found;
}
