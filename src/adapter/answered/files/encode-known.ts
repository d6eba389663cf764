import { encodeSafetensors } from "../../safetensors.js";
import { matrixTensor, readFileParts, textsTensor } from "./file-parts.js";
import { checkKnownQuestions, type KnownQuestionsParts } from "../known-questions.js";
import { readMadeFor, writeMadeFor } from "../made-for.js";
import type { VoteSettings } from "../votes.js";

const kind = {
  format: "embedtune-known-questions",
  version: "1",
  names: ["vectors", "ids", "passages"],
};

/**
 * Known questions as safetensors bytes. Tensors: `vectors` F32 [n, d]; `ids` and `passages` U8, each a JSON list of n
 * strings in UTF-8. Strings in `__metadata__`: `settings` (JSON), and where known `embedder`, `adapter`, `verdict`,
 * `sentence`, `created`.
 *
 * @throws RangeError when the parts do not fit together, as `createKnownQuestions` says.
 */
export function encodeKnownQuestions(parts: KnownQuestionsParts): Uint8Array {
  checkKnownQuestions(parts, "encodeKnownQuestions");
  const { vectors, ids, passages, settings, metadata } = parts;
  const { weight, neighbours, temperature } = settings;
  return encodeSafetensors({
    tensors: {
      vectors: matrixTensor(vectors),
      ids: textsTensor(ids),
      passages: textsTensor(passages),
    },
    metadata: {
      format: kind.format,
      version: kind.version,
      settings: JSON.stringify({ weight, neighbours, temperature }),
      ...writeMadeFor(metadata),
    },
  });
}

/**
 * Reads what {@link encodeKnownQuestions} wrote.
 *
 * @throws RangeError when the bytes are cut short, something else, of a later version, or hold parts that do not fit
 *   together.
 */
export function decodeKnownQuestions(bytes: Uint8Array): KnownQuestionsParts {
  return readKnownQuestions(bytes, "decodeKnownQuestions");
}

/** {@link decodeKnownQuestions} for a place of its own: the file that was read. */
export function readKnownQuestions(bytes: Uint8Array, place: string): KnownQuestionsParts {
  const file = readFileParts(bytes, place, kind);
  const settings = (file.json("settings") ?? {}) as Partial<VoteSettings>;
  const { weight, neighbours, temperature } = settings;
  const parts: KnownQuestionsParts = {
    vectors: file.matrix("vectors"),
    ids: file.texts("ids"),
    passages: file.texts("passages"),
    settings: { weight, neighbours, temperature } as VoteSettings,
    metadata: readMadeFor(file.strings),
  };
  checkKnownQuestions(parts, place);
  return parts;
}
