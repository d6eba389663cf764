/** A table of text: what the Markdown and the terminal form are made from. */
export interface Table {
  readonly columns: readonly string[];
  /** One cell per column. */
  readonly rows: readonly (readonly string[])[];
}

/** GitHub-flavoured Markdown: the first column to the left, the others to the right. */
export function formatMarkdownTable({ columns, rows }: Table): string {
  const escaped = (cell: string): string => cell.replaceAll("|", "\\|").replaceAll("\n", " ");
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(" | ")} |\n`;
  const rule = columns.map((_, i) => (i === 0 ? "---" : "---:"));
  return line(columns) + `| ${rule.join(" | ")} |\n` + rows.map(line).join("");
}

/** Columns aligned by blanks, for a terminal or a log. */
export function formatTerminalTable({ columns, rows }: Table): string {
  const widths = columns.map((name, i) =>
    Math.max(lengthOf(name), ...rows.map((row) => lengthOf(row[i]))),
  );
  const line = (cells: readonly string[]): string => {
    const padded = cells.map((cell, i) => {
      const blanks = " ".repeat(widths[i] - lengthOf(cell));
      return i === 0 ? cell + blanks : blanks + cell;
    });
    return `${padded.join("  ").trimEnd()}\n`;
  };
  const rule = widths.map((width) => "-".repeat(width));
  return line(columns) + line(rule) + rows.map(line).join("");
}

/** Characters, not UTF-16 units. */
const lengthOf = (text: string): number => [...text].length;
