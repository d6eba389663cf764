import { encodeSafetensors, type Tensor } from "../../safetensors.js";
import { matrixTensor, readFileParts, textsTensor } from "./file-parts.js";
import { readMadeFor, writeMadeFor } from "../made-for.js";
import type { Move } from "../move.js";
import { checkMovedPassages, type MovedOrigins, type MovedPassages } from "../moved-passages.js";

const kind = {
  format: "embedtune-moved-passages",
  version: "1",
  names: ["sums", "counts", "passages", "vectors", "ids"],
};

/**
 * Moved passages as safetensors bytes. Tensors: `vectors` F32 [n, d] and `ids` U8, a JSON list of n strings in UTF-8;
 * where `origins` are kept, `sums` F64 [n, d], `counts` U32 [n] and `passages` F32 [n, d]. Strings in `__metadata__`:
 * `move` (JSON), and where known `embedder`, `adapter`, `verdict`, `sentence`, `created`.
 *
 * The sums stand in the file so that questions can be added and taken back without the log. They are as private as the
 * questions are: of a passage with one question, the sum is that question. A file for servers that only serve leaves
 * them out: `encodeMovedPassages({ ...moved, origins: null })`.
 *
 * @throws RangeError when the parts do not fit together.
 */
export function encodeMovedPassages(moved: MovedPassages): Uint8Array {
  checkMovedPassages(moved, "encodeMovedPassages");
  const { ids, vectors, origins, metadata } = moved;
  const shape = [vectors.rows, vectors.cols];
  // Wide values first, so that each tensor begins where its dtype asks for.
  const tensors: Record<string, Tensor> = {
    ...(origins === null
      ? {}
      : {
          sums: { shape, data: origins.sums },
          counts: { shape: [vectors.rows], data: origins.counts },
          passages: matrixTensor(origins.passages),
        }),
    vectors: matrixTensor(vectors),
    ids: textsTensor(ids),
  };
  const { kind: move, strength } = moved.move;
  return encodeSafetensors({
    tensors,
    metadata: {
      format: kind.format,
      version: kind.version,
      move: JSON.stringify({ kind: move, strength }),
      ...writeMadeFor(metadata),
    },
  });
}

/**
 * Reads what {@link encodeMovedPassages} wrote.
 *
 * @throws RangeError when the bytes are cut short, something else, of a later version, or hold parts that do not fit
 *   together.
 */
export function decodeMovedPassages(bytes: Uint8Array): MovedPassages {
  return readMovedPassages(bytes, "decodeMovedPassages");
}

/** {@link decodeMovedPassages} for a place of its own: the file that was read. */
export function readMovedPassages(bytes: Uint8Array, place: string): MovedPassages {
  const file = readFileParts(bytes, place, kind);
  const { kind: way, strength } = (file.json("move") ?? {}) as Partial<Move>;
  // All three or none.
  const updatable = ["sums", "counts", "passages"].some((name) => file.has(name));
  const origins: MovedOrigins | null = updatable
    ? {
        passages: file.matrix("passages"),
        sums: file.sums("sums"),
        counts: file.counts("counts"),
      }
    : null;
  const moved: MovedPassages = {
    ids: file.texts("ids"),
    vectors: file.matrix("vectors"),
    move: { kind: way, strength } as Move,
    origins,
    metadata: readMadeFor(file.strings),
  };
  checkMovedPassages(moved, place);
  return moved;
}
