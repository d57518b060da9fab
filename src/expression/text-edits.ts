/** A replacement in a text that has been read: `length` characters at `at` become `text`. */
export interface TextEdit {
  readonly at: number;
  readonly length: number;
  readonly text: string;
}

/** A text with all edits made. They must not overlap; of two at one place the first comes first. */
export function withEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let from = 0;
  for (const { at, length, text: added } of [...edits].sort((a, b) => a.at - b.at)) {
    result += text.slice(from, at) + added;
    from = at + length;
  }
  return result + text.slice(from);
}
