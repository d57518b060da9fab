/** Rows of text under each other, columns two spaces apart; the last column is not padded. `below` follows a row as it is. */
export function table(
  rows: readonly (readonly string[])[],
  below: (row: number) => string = () => '',
): string {
  const plain = rows.map((row) => row.map((cell) => cell.replace(/[\r\n\t\v\f\u0085\u2028\u2029]+/g, ' ')));
  const widths: number[] = [];
  for (const row of plain)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, width(cell));
  const lines = plain.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell + ' '.repeat((widths[i] ?? 0) - width(cell))))
      .join('  '),
  );
  return lines.map((line, i) => `${line.trimEnd()}\n${below(i)}`).join('');
}

/** Colours take no room. */
function width(cell: string): number {
  // oxlint-disable-next-line no-control-regex -- the escape character is what starts a colour
  return cell.replace(/\u001B\[[0-9;]*m/g, '').length;
}
