import { refuse } from "../../base/checks.js";

/**
 * @param name Begins with the public function that was called, e.g. `"createKnownQuestions: ids"`.
 * @throws RangeError unless the value is a list of strings, one per row where `rows` is given.
 */
export function checkIds(value: unknown, name: string, rows?: number): void {
  if (!Array.isArray(value)) return refuse(name, "a list of strings", value);
  if (rows !== undefined && value.length !== rows) {
    throw new RangeError(`${name} must name one per row (${rows}), received ${value.length}`);
  }
  for (let i = 0; i < value.length; i++) {
    if (typeof value[i] !== "string") refuse(`${name}[${i}]`, "a string", value[i]);
  }
}

/**
 * The row of each id.
 *
 * @throws RangeError naming the first id that stands twice.
 */
export function rowsOfIds(ids: readonly string[], name: string): Map<string, number> {
  const rows = new Map<string, number>();
  for (const [row, id] of ids.entries()) {
    if (rows.has(id)) refuse(`${name}[${row}]`, "an id that stands once", id);
    rows.set(id, row);
  }
  return rows;
}
