import {
  decodeSafetensors,
  encodeSafetensors,
  type TensorData,
} from "../../adapter/safetensors.js";
import { refuse } from "../../base/checks.js";
import { createRandom } from "../../base/random.js";
import { sha256 } from "../../base/sha256.js";
import { checkMatrix, createMatrix, gatherRows, type Matrix } from "../../math/matrix.js";
import type { TunedDecision } from "../texts/tuned.js";
import { hashQuestions, questionHashLength } from "./learnt-questions.js";

/** Vectors of some passages as they were when an adapter was made, and what tells these texts and the questions again. */
export interface KeptProbes {
  /** Id of the embedder; `null` where it had no name. */
  readonly embedder: string | null;
  readonly vectors: Matrix;
  /** SHA-256 of each text's UTF-8 bytes, base64url. */
  readonly hashes: readonly string[];
  /** The texts, where they were kept. */
  readonly texts: readonly string[] | null;
  /** Hashes of the questions that the adapters were fitted on; `null` in files of before they were kept. */
  readonly questions: readonly string[] | null;
  /** Digest of what they were fitted on, as adapters name it; `null` where nobody knows. */
  readonly trainingData: string | null;
}

const formatName = "embedtune probes";
/** How many passages are kept, at most. */
const most = 32;

/**
 * A seeded sample of a decision's passages as safetensors: tensor "vectors", and the hashes (texts only where asked for) as
 * JSON in the metadata; tensor "questions", short hashes of those that were learnt from, one after another. A hash tells whether
 * a text at hand is the same without holding it.
 */
export async function encodeProbes(
  { texts, vectors, embedding, seed, best }: TunedDecision,
  { withTexts }: { readonly withTexts: boolean },
): Promise<Uint8Array> {
  const order = createRandom(`${seed}/probes`).shuffle([...texts.passages.keys()]);
  const rows = Uint32Array.from(order.slice(0, most)).sort();
  const kept = Array.from(rows, (row) => texts.passages[row]);
  const { cols, data } = gatherRows(vectors.passages, rows);
  const learnt = [...new Set(texts.pairs.query)].map((row) => texts.queries[row]);
  const questions = new TextEncoder().encode((await hashQuestions(learnt)).sort().join(""));
  return encodeSafetensors({
    tensors: {
      vectors: { shape: [rows.length, cols], data },
      questions: { shape: [questions.length], data: questions },
    },
    metadata: {
      format: formatName,
      embedder: embedding.embedder ?? "",
      side: "passage",
      hashes: JSON.stringify(await sha256(kept)),
      training_data: best.adapter.metadata.trainingData ?? "",
      ...(withTexts ? { texts: JSON.stringify(kept) } : {}),
    },
  });
}

/**
 * Reads what `saveDecision` kept in `probes.safetensors`.
 *
 * @param place What messages begin with: the public function, or the file.
 * @throws RangeError when the bytes are no probes, or a vector has no direction or a value that is not finite.
 */
export function decodeProbes(bytes: Uint8Array, place = "decodeProbes"): KeptProbes {
  const { tensors, metadata } = decodeSafetensors(bytes, place);
  const tensor = "vectors" in tensors ? tensors.vectors : undefined;
  if (metadata.format !== formatName || tensor?.shape.length !== 2) {
    refuse(place, "probes, as saveDecision writes them", metadata.format);
  }
  const [rows, cols] = tensor.shape;
  const hashes = strings(metadata.hashes, rows, `${place}: hashes`);
  const { texts, training_data: trainingData = "" } = metadata as {
    readonly texts?: string;
    readonly training_data?: string;
  };
  if (!(tensor.data instanceof Float32Array)) refuse(`${place}: vectors`, "of type F32", "another");
  const vectors = createMatrix(rows, cols, tensor.data);
  checkMatrix(vectors, `${place}: vectors`, { zeroRows: false });
  return {
    embedder: metadata.embedder === "" ? null : metadata.embedder,
    vectors,
    hashes,
    texts: texts === undefined ? null : strings(texts, rows, `${place}: texts`),
    questions: "questions" in tensors ? questionsOf(tensors.questions.data, place) : null,
    trainingData: trainingData === "" ? null : trainingData,
  };
}

function questionsOf(bytes: TensorData, place: string): string[] {
  const text = bytes instanceof Uint8Array ? new TextDecoder().decode(bytes) : "";
  if (
    !/^[\w-]*$/.test(text) ||
    text.length % questionHashLength !== 0 ||
    text.length !== bytes.length
  ) {
    refuse(`${place}: questions`, `hashes of ${questionHashLength} characters`, "something else");
  }
  return text.match(new RegExp(`.{${questionHashLength}}`, "g")) ?? [];
}

function strings(json: string, count: number, place: string): string[] {
  let list: unknown;
  try {
    list = JSON.parse(json);
  } catch {
    list = undefined;
  }
  if (
    Array.isArray(list) &&
    list.length === count &&
    list.every((item) => typeof item === "string")
  )
    return list;
  return refuse(place, `a list of ${count} texts`, json);
}
