import { DataError } from "../../data-error.js";
import type { Delimiter } from "../../pairs/cut-row.js";
import { frameRows, repeatsHeader, type TableForm } from "../../pairs/delimited-rows.js";
import type { Position } from "../../sources/lines.js";
import type { TextRecord } from "./text-record.js";

/**
 * The rows of a table as spreadsheets and scripts leave them: columns without a name are passed over, and so are rows of
 * nothing but empty cells and a header that comes again (files joined by hand); a row may lack its last cells or have
 * empty ones beyond the header.
 *
 * @throws DataError naming file and line.
 */
export async function* frameTable(
  chunks: AsyncIterable<Uint8Array>,
  position: Position,
  delimiter: Delimiter,
  form: TableForm,
): AsyncGenerator<readonly TextRecord[], void, undefined> {
  const { source } = position;
  let header: readonly string[] | undefined;
  let some = false;
  for await (const rows of frameRows(chunks, position, delimiter, form)) {
    const records: TextRecord[] = [];
    for (const { value: cells, line } of rows) {
      const place = { source, line };
      if (cells.every((cell) => cell.trim() === "")) continue;
      if (header === undefined) {
        if (line === 1 && /^sep=/i.test(cells[0])) continue; // Excel's own
        header = cells.map((name) => name.trim());
        const named = header.filter((name) => name !== "");
        if (new Set(named).size < named.length) {
          throw new DataError(
            place,
            `the header must name every column once, received ${named.join(", ")}; rename one`,
          );
        }
        continue;
      }
      const names = header;
      if (repeatsHeader(cells, names)) continue;
      if (cells.slice(names.length).some((cell) => cell.trim() !== "")) {
        throw new DataError(
          place,
          `the row must have ${names.length} fields like the header, received ${cells.length}; put a cell that holds ${nameOf(delimiter)} in quotes`,
        );
      }
      const fields = new Map<string, unknown>();
      for (const [i, name] of names.entries()) if (name !== "") fields.set(name, cells[i] ?? "");
      records.push({ fields, place });
    }
    if (records.length > 0) yield records;
    some ||= records.length > 0;
  }
  if (!some) {
    throw new DataError(
      { source },
      `the table must have a header such as query,passage and rows below it, received the one row ${(header ?? []).join(", ")}`,
    );
  }
}

function nameOf(delimiter: Delimiter): string {
  return delimiter === "\t" ? "a tab" : `"${delimiter}"`;
}
