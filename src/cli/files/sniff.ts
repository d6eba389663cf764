import { DataError } from "../../data/data-error.js";
import { openSource, sourceName, type Source } from "../../data/sources/open-source.js";

/** What a file holds, by its first bytes and then by its name. */
export type FileKind =
  "npy" | "safetensors" | "parquet" | "jsonl" | "json" | "csv" | "tsv" | "text" | "binary";

export interface SniffedFile {
  readonly kind: FileKind;
  /** Its first bytes, unpacked. */
  readonly head: Uint8Array;
  /** To read it from; standard input can be read only once, from here. */
  readonly source: Source;
}

/**
 * Guesses what a file or standard input, `"-"`, holds; compressed ones are looked into.
 *
 * @throws DataError when it is missing, a folder, damaged or empty.
 */
export async function sniff(path: string, signal: AbortSignal): Promise<SniffedFile> {
  const chunks = openSource(path, { signal });
  const { value: head, done } = await chunks.next();
  if (done === true || head.length === 0) {
    throw new DataError({ source: sourceName(path) }, "the file is empty");
  }
  const kind = kindOf(head, path);
  if (path !== "-") {
    await chunks.return();
    return { kind, head, source: path };
  }
  const rest = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    yield head;
    yield* chunks;
  };
  return { kind, head, source: { name: sourceName(path), stream: rest() } };
}

function kindOf(head: Uint8Array, path: string): FileKind {
  const begins = (text: string): boolean =>
    Buffer.from(head.buffer, head.byteOffset, head.byteLength)
      .subarray(0, text.length)
      .equals(Buffer.from(text, "latin1"));
  if (begins("\u0093NUMPY")) return "npy";
  if (begins("PAR1")) return "parquet";
  // Eight bytes of length, then a JSON header.
  if (head.length > 9 && head[7] === 0 && head[6] === 0 && head[8] === 0x7b) return "safetensors";
  const utf16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  if (!utf16 && head.includes(0)) return "binary";
  const ending = /\.([a-z]+)(?:\.gz|\.zst)?$/i.exec(path)?.[1].toLowerCase();
  if (ending === "csv" || ending === "tsv") return ending;
  if (ending === "txt") return "text";
  const first = new TextDecoder().decode(head).trimStart().charAt(0);
  if (first === "[" && ending === "json") return "json";
  return first === "{" || ending === "jsonl" || ending === "ndjson" ? "jsonl" : "text";
}
