import { DataError } from "../data-error.js";
import { concatBytes } from "./lines.js";

/**
 * UTF-16 that says so by a byte order mark, as spreadsheets save "Unicode text", becomes UTF-8; all else passes as it is.
 *
 * @param onUtf16 Called where it is UTF-16.
 */
export async function* utf16ToUtf8(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
  onUtf16?: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  let decoder: TextDecoder | undefined;
  let head: Uint8Array | undefined = new Uint8Array(); // while it may still be a part of a mark
  const decode = (chunk?: Uint8Array): Uint8Array => {
    try {
      return encoder.encode(decoder?.decode(chunk, { stream: chunk !== undefined }) ?? "");
    } catch (error) {
      const message = "the text must be UTF-16 by its byte order mark, received other bytes";
      throw new DataError({ source }, message, { cause: error });
    }
  };
  for await (const chunk of chunks) {
    let bytes: Uint8Array = chunk;
    if (head !== undefined) {
      bytes = head.length === 0 ? chunk : concatBytes([head, chunk]);
      head = bytes;
      if (bytes.length < 2) continue;
      head = undefined;
      const encoding = utf16Of(bytes);
      if (encoding !== undefined) {
        decoder = new TextDecoder(encoding, { fatal: true });
        onUtf16?.();
      }
    }
    yield decoder === undefined ? bytes : decode(bytes);
  }
  if (head !== undefined && head.length > 0) yield head;
  if (decoder !== undefined) yield decode();
}

/** The encoding that a byte order mark of UTF-16 names. */
function utf16Of([a, b]: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (a === 0xff && b === 0xfe) return "utf-16le";
  return a === 0xfe && b === 0xff ? "utf-16be" : undefined;
}
