import { DataError } from "../data-error.js";
import { openSource, sourceName, type Source } from "../sources/open-source.js";

/** What a file holds, by its first bytes: vectors, an adapter, or what `openRecords` finds out. */
export type FileKind = "npy" | "safetensors" | "other";

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
  const kind = kindOf(head);
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

function kindOf(head: Uint8Array): FileKind {
  const npy = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
  if (npy.every((byte, i) => head[i] === byte)) return "npy";
  // Eight bytes of length, which are few, then a JSON header.
  return head[6] === 0 && head[7] === 0 && head[8] === 0x7b ? "safetensors" : "other";
}
