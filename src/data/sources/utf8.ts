import { DataError } from "../data-error.js";
import { concatBytes } from "./lines.js";

const decoder = /* @__PURE__ */ new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What a refusal of other bytes says after the place. */
export const notUtf8 =
  "the text must be UTF-8, received other bytes; convert the file first, e.g. iconv -f WINDOWS-1252 -t UTF-8 old > new";

/** Bytes as text. @throws TypeError when they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/**
 * Chunks of UTF-8 as text; a character may span them.
 *
 * @throws DataError naming the line of the first byte that is not UTF-8.
 */
export async function* decodeChunks(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
): AsyncGenerator<string, void, undefined> {
  const stream = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let line = 1; // on which the chunk begins
  let before: Uint8Array = new Uint8Array(); // enough of the chunks before to hold a character's beginning
  const refuse = (chunk: Uint8Array, cause: unknown): never => {
    const bytes = concatBytes([before, chunk]);
    const at = invalidAt(bytes);
    const place = { source, line: line + countLines(bytes.subarray(before.length, at)) };
    throw new DataError(place, notUtf8, { cause });
  };
  for await (const chunk of chunks) {
    let text: string;
    try {
      text = stream.decode(chunk, { stream: true });
    } catch (error) {
      return refuse(chunk, error);
    }
    yield text;
    line += countLines(chunk);
    before = concatBytes([before, chunk]).slice(-3);
  }
  try {
    stream.decode();
  } catch (error) {
    refuse(new Uint8Array(), error);
  }
}

function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}

/** Where the first byte stands that begins no character; the length where there is none. The front may be a character's end. */
function invalidAt(bytes: Uint8Array): number {
  let i = 0;
  while (i < bytes.length && bytes[i] >> 6 === 2) i++;
  while (i < bytes.length) {
    const b = bytes[i];
    const more = b < 0x80 ? 0 : b < 0xc2 ? -1 : b < 0xe0 ? 1 : b < 0xf0 ? 2 : b < 0xf5 ? 3 : -1;
    if (more < 0) return i;
    for (let k = 1; k <= more; k++) {
      // The second byte rules out longer forms than needed, halves of surrogates and what lies beyond Unicode.
      const least = k === 1 && b === 0xe0 ? 0xa0 : k === 1 && b === 0xf0 ? 0x90 : 0x80;
      const most = k === 1 && b === 0xed ? 0x9f : k === 1 && b === 0xf4 ? 0x8f : 0xbf;
      if (!(bytes[i + k] >= least && bytes[i + k] <= most)) return i;
    }
    i += more + 1;
  }
  return bytes.length;
}
