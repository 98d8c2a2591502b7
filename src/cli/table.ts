/** Renders rows as text: aligned columns for a terminal, or a Markdown table. */

/** Returns the rows with columns as wide as their widest cell; the last column is not padded. */
export function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, column: number, row: readonly string[]) =>
    column < row.length - 1 ? cell.padEnd(widths[column] ?? 0) : cell;
  return rows.map((row) => row.map((cell, column) => pad(cell, column, row)).join('  ')).join('\n');
}

/** Returns a Markdown table; `|` in cells is escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
