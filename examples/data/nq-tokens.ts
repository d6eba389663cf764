/**
 * Splits plain text into tokens the way Natural Questions shows it: punctuation stands apart, quotation marks become
 * `` and '', a possessive is a token of its own ("the bee 's"), while numbers ("2,803", "4.2"), initials ("U.S.") and
 * web addresses stay whole.
 */
export function nqTokens(text: string): string[] {
  const tokens: string[] = [];
  let quoteOpen = false;
  for (const word of text.split(/\s+/)) {
    if (word === "") continue;
    for (const part of splitWord(word)) {
      if (part === '"') {
        quoteOpen = !quoteOpen;
        tokens.push(quoteOpen ? "``" : "''");
      } else {
        tokens.push(part);
      }
    }
  }
  return tokens;
}

const initials = /^(?:\p{Lu}\.)+$/u;
const abbreviations = new Set(["St.", "Mr.", "Mrs.", "Dr.", "No.", "vs.", "etc.", "e.g.", "i.e."]);
const address = /^https?:\/\//;

const L = String.raw`[\p{L}\p{N}\p{M}]`;
const tail = String.raw`'(?:s|re|ve|ll|d|m)(?!${L})`;

/** One of: an ellipsis, a contraction's tail, a number, a word with its inner apostrophes, any other character. */
const piece = new RegExp(
  [
    String.raw`\.\.\.`,
    String.raw`n't(?!${L})`,
    tail,
    String.raw`\d+(?:[.,:]\d+)+`,
    String.raw`(?:(?!n't(?!${L}))${L})+(?:(?!${tail})'${L}+)*`,
    String.raw`\S`,
  ].join("|"),
  "gu",
);

function splitWord(word: string): string[] {
  if (address.test(word) || abbreviations.has(word)) return [word];
  // "J." and "U.S." keep their points; the one that also ends a sentence is given to the initials, as in NQ.
  if (initials.test(word)) return [word];
  return word.match(piece) ?? [];
}
