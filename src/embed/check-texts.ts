import { refuse } from "../base/checks.js";

/**
 * Refuses what no embedder can give a direction to.
 *
 * @param caller The function that was given the texts, e.g. `"embed"`.
 * @throws RangeError naming the text that is no string, empty, or only white space.
 */
export function checkTexts(texts: readonly string[], caller: string): void {
  for (let i = 0; i < texts.length; i++) {
    const text: unknown = texts[i];
    if (typeof text !== "string") refuse(`${caller}: texts[${i}]`, "a string", text);
    const first = text.charCodeAt(0);
    if (first > 0x20 && first < 0x7f) continue; // most texts begin with a letter, which is quicker to see
    if (!/\S/.test(text)) {
      refuse(`${caller}: texts[${i}]`, "more than white space", text);
    }
  }
}
