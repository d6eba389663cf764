import { placesOf } from "../../base/text/places-of.js";
import { unspacedScripts } from "../../base/text/unspaced-scripts.js";

/** Of a word that other letters would lengthen; where words are not parted by blanks, any may end anywhere. */
const WORD_CHARACTER = /* @__PURE__ */ new RegExp(
  `(?![${unspacedScripts}])[\\p{L}\\p{M}\\p{N}]`,
  "u",
);

/**
 * Whether `words` stands in `text` as whole words ("page 1" does not in "page 10"); both in comparable form. Scripts without blanks
 * show no ends of words: there it is enough that the characters stand in the text.
 */
export function holdsWords(text: string, words: string): boolean {
  if (words === "") return false;
  for (const at of placesOf(text, words)) {
    const before = characterBefore(text, at);
    const after = characterAt(text, at + words.length);
    const startsInside = isWord(before) && isWord(characterAt(words, 0));
    const endsInside = isWord(after) && isWord(characterBefore(words, words.length));
    if (!startsInside && !endsInside) return true;
  }
  return false;
}

function isWord(character: string): boolean {
  return WORD_CHARACTER.test(character);
}

/** The whole character at a place: two code units where it takes two. */
function characterAt(text: string, at: number): string {
  const code = text.codePointAt(at);
  return code === undefined ? "" : String.fromCodePoint(code);
}

function characterBefore(text: string, at: number): string {
  const isLow = (text.charCodeAt(at - 1) & 0xfc00) === 0xdc00;
  return at === 0 ? "" : characterAt(text, at - (isLow && at > 1 ? 2 : 1));
}
