import { describe, expect, it } from "vitest";
import { formatMarkdownTable, formatTerminalTable } from "../../src/base/text-table.js";

const table = { columns: ["", "n"], rows: [["a|b\nc", "10"], ["naïve", "7"]] }; // prettier-ignore

describe("a table of text", () => {
  it("is Markdown whose cells may hold bars and line breaks", () => {
    expect(formatMarkdownTable(table)).toBe(
      "|  | n |\n| --- | ---: |\n| a\\|b c | 10 |\n| naïve | 7 |\n",
    );
  });

  it("is aligned by blanks for a terminal, the first column to the left", () => {
    const { columns } = table;
    const rows = [["a", "10"], ["naïve", "7"]]; // prettier-ignore
    expect(formatTerminalTable({ columns, rows })).toBe(
      "        n\n-----  --\na      10\nnaïve   7\n",
    );
  });
});
