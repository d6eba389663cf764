/** Comparisons, in lengths of the text, after which what is looked for is taken to repeat itself. */
const patience = 8;

/**
 * Every place of a text where a part begins, also inside the part before. It takes time by the two lengths: what repeats itself
 * may begin at each character, and is then no longer compared from its beginning every time.
 */
export function* placesOf(text: string, part: string): Generator<number, void, undefined> {
  let compared = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
    yield at;
    compared += part.length;
    if (compared <= patience * text.length) continue;
    yield* placesFrom(text, part, at + 1);
    return;
  }
}

/** Knuth, Morris and Pratt's: what has matched says how far to go on. */
function* placesFrom(text: string, part: string, from: number): Generator<number, void, undefined> {
  const border = borders(part);
  for (let i = from, matched = 0; i < text.length; i++) {
    while (matched > 0 && text[i] !== part[matched]) matched = border[matched - 1];
    if (text[i] === part[matched]) matched++;
    if (matched < part.length) continue;
    yield i + 1 - part.length;
    matched = border[matched - 1];
  }
}

/** For each beginning of a text how long the longest shorter beginning is that it ends in. */
function borders(text: string): Uint32Array {
  const lengths = new Uint32Array(text.length);
  for (let i = 1, length = 0; i < text.length; i++) {
    while (length > 0 && text[i] !== text[length]) length = lengths[length - 1];
    if (text[i] === text[length]) length++;
    lengths[i] = length;
  }
  return lengths;
}
