/** `texts[i]` is `distinct[sameAs[i]]`, which first stands at `texts[firstRow[sameAs[i]]]`. */
export interface DistinctTexts {
  readonly distinct: readonly string[];
  readonly firstRow: readonly number[];
  readonly sameAs: Int32Array;
}

/** Each different text once, in order of first occurrence. */
export function distinctTexts(texts: readonly string[]): DistinctTexts {
  if (new Set(texts).size === texts.length) {
    // The usual case, at half the price.
    const firstRow = Array.from(texts, (_, i) => i);
    return { distinct: texts, firstRow, sameAs: Int32Array.from(firstRow) };
  }
  const positions = new Map<string, number>();
  const firstRow: number[] = [];
  const sameAs = new Int32Array(texts.length);
  for (let i = 0; i < texts.length; i++) {
    let position = positions.get(texts[i]);
    if (position === undefined) {
      position = firstRow.length;
      positions.set(texts[i], position);
      firstRow.push(i);
    }
    sameAs[i] = position;
  }
  return { distinct: firstRow.map((row) => texts[row]), firstRow, sameAs };
}
