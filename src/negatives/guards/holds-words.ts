const WORD_CHARACTER = /[\p{L}\p{M}\p{N}]/u;

/** Whether `words` stands in `text` as whole words ("page 1" does not in "page 10"); both in comparable form. */
export function holdsWords(text: string, words: string): boolean {
  if (words === "") return false;
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + 1)) {
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
