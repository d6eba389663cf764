import { refuse } from "../../../base/checks.js";

/** A name as PostgreSQL takes it, whatever is in it. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Bytes of a name; PostgreSQL cuts a longer one, and it is another's. */
const longestName = 63;
const bytesIn = (text: string): number => new TextEncoder().encode(text).length;

/**
 * @param ending What is put behind it for a name beside it.
 * @throws RangeError on a name that PostgreSQL would not take, or would cut.
 */
export function checkName(name: unknown, place: string, ending = ""): void {
  const most = longestName - bytesIn(ending);
  if (typeof name === "string" && name !== "" && !name.includes("\0") && bytesIn(name) <= most) {
    return;
  }
  refuse(place, `a name of at most ${most} bytes`, name);
}

/** A name with an ending, shortened to what PostgreSQL takes. */
export function withEnding(name: string, ending: string): string {
  let letters = [...name];
  while (bytesIn(letters.join("") + ending) > longestName) letters = letters.slice(0, -1);
  return letters.join("") + ending;
}

/** A text as a literal, whatever `standard_conforming_strings` says. */
export function quoteText(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes("\\") ? ` E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}

/** Texts as the literal of an array, for a parameter `$1::text[]`. */
export const textArray = (texts: readonly (string | null)[]): string =>
  `{${texts.map((text) => (text === null ? "NULL" : `"${text.replaceAll(/["\\]/g, "\\$&")}"`)).join(",")}}`;

/** Values in their binary form as an array of theirs, for a binary parameter. */
export function binaryArray(elementType: number, values: readonly Uint8Array[]): Uint8Array {
  const size = values.reduce((sum, value) => sum + 4 + value.length, 20);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, 1); // dimensions
  view.setInt32(8, elementType);
  view.setInt32(12, values.length);
  view.setInt32(16, 1); // the first index
  let at = 20;
  for (const value of values) {
    view.setInt32(at, value.length);
    bytes.set(value, at + 4);
    at += 4 + value.length;
  }
  return bytes;
}
