/** A name as PostgreSQL takes it, whatever is in it. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

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
