/**
 * JSON in which whole numbers of 16 digits and more become bigints, which keep all of them: ids exceed 2^53, beyond which
 * `JSON.parse` rounds.
 *
 * @throws SyntaxError as `JSON.parse` does.
 */
export function parseExactJson(text: string): unknown {
  const value = JSON.parse(text) as unknown;
  if (!/\d{16}/.test(text)) return value;
  let mark = "#";
  while (text.includes(mark)) mark += "#";
  const marked = markLongIntegers(text, mark);
  if (marked === undefined) return value;
  const whole = { value: JSON.parse(marked) as unknown };
  readMarked(whole, mark);
  return whole.value;
}

/** Puts bigints in the place of marked texts. A reviver would call itself for every list in a list, as deep as a file likes. */
function readMarked(whole: object, mark: string): void {
  const left: object[] = [whole];
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    const fields = part as Record<string, unknown>;
    for (const name of Object.keys(part)) {
      const value = fields[name];
      if (typeof value === "object" && value !== null) left.push(value);
      else if (typeof value === "string" && value.startsWith(mark))
        fields[name] = BigInt(value.slice(mark.length));
    }
  }
}

/** Valid JSON with its long integers as strings that begin with the mark; `undefined` where it has none. */
function markLongIntegers(text: string, mark: string): string | undefined {
  const parts: string[] = [];
  let from = 0; // of what was not added yet
  for (let i = 0; i < text.length;) {
    const c = text.charCodeAt(i);
    if (c === 0x22) {
      i = endOfString(text, i);
    } else if (c === 0x2d || isDigit(c)) {
      const start = i++;
      while (isDigit(text.charCodeAt(i))) i++;
      const digits = i - start - (c === 0x2d ? 1 : 0);
      const isFraction = /[.eE]/.test(text.charAt(i));
      if (digits >= 16 && !isFraction) {
        parts.push(text.slice(from, start), `"${mark}`, text.slice(start, i), '"');
        from = i;
      } else if (isFraction) {
        while (/[\d.eE+-]/.test(text.charAt(i))) i++;
      }
    } else {
      i++;
    }
  }
  return from === 0 ? undefined : parts.join("") + text.slice(from);
}

function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39;
}

/** One past the closing quote. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x5c) i++;
    else if (c === 0x22) return i + 1;
  }
  return text.length;
}
