import { checkSameLength, refuse } from "../../base/checks.js";

/** @throws RangeError unless there are as many rows of `vectors[side]` as `texts[side]`. */
export function checkRowsOfTexts(
  side: "queries" | "passages",
  texts: readonly string[],
  rows: number,
  caller: string,
): void {
  checkSameLength(
    texts,
    `${caller}: texts.${side}`,
    { length: rows },
    `the rows of vectors.${side}`,
  );
}

/** The row of each text; of equal texts the last. */
export function rowsByText(texts: readonly string[]): ReadonlyMap<string, number> {
  return new Map(texts.map((text, row) => [text, row]));
}

/**
 * Gives the row of a text of an index.
 *
 * @param place What the error for a text without a row begins with, e.g. `"createVectorIndex: query"`.
 */
export function createRowFinder(texts: readonly string[], place: string): (text: string) => number {
  const rows = rowsByText(texts);
  return (text) => rows.get(text) ?? refuse(place, "a text of the index", text);
}
