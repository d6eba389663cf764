/**
 * Refuses what no embedder can give a direction to.
 *
 * @throws TypeError naming the text that is no string.
 * @throws RangeError naming the text that is empty or only blanks.
 */
export function checkTexts(texts: readonly string[]): void {
  for (let i = 0; i < texts.length; i++) {
    const text: unknown = texts[i];
    if (typeof text !== "string") {
      throw new TypeError(
        `texts[${i}]: expected a string, received ${text === null ? "null" : typeof text}`,
      );
    }
    const first = text.charCodeAt(0);
    if (first > 0x20 && first < 0x7f) continue; // most texts begin with a letter, which is quicker to see
    if (!/\S/.test(text)) {
      throw new RangeError(`texts[${i}]: expected some text to embed, received ${describe(text)}`);
    }
  }
}

function describe(text: string): string {
  return text === "" ? "an empty string" : "only white space";
}
