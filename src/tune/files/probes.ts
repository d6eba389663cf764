import { encodeSafetensors } from "../../adapter/safetensors.js";
import { createRandom } from "../../base/random.js";
import { sha256 } from "../../base/sha256.js";
import { gatherRows } from "../../math/matrix.js";
import type { TunedDecision } from "../texts/tuned.js";

/** How many passages are kept, at most. */
const most = 32;

/** Passages with their vectors, to see later whether an embedder still gives the same. */
interface Probes {
  /** Rows of the table of passages, ascending. */
  readonly rows: Uint32Array;
  /** SHA-256 of each text's UTF-8 bytes, base64url: tells whether a text at hand is the same without holding it. */
  readonly hashes: readonly string[];
}

/** A seeded sample of the passages. */
async function drawProbes({ texts, seed }: Pick<TunedDecision, "texts" | "seed">): Promise<Probes> {
  const { passages } = texts;
  const order = createRandom(`${seed}/probes`).shuffle([...passages.keys()]);
  const rows = Uint32Array.from(order.slice(0, most)).sort();
  return { rows, hashes: await sha256(Array.from(rows, (row) => passages[row])) };
}

/** Probes as safetensors: tensor "vectors", and the hashes (texts only where asked for) as JSON in the metadata. */
export async function encodeProbes(
  { texts, vectors, embedding, seed }: TunedDecision,
  { withTexts }: { readonly withTexts: boolean },
): Promise<Uint8Array> {
  const { rows, hashes } = await drawProbes({ texts, seed });
  const { cols, data } = gatherRows(vectors.passages, rows);
  return encodeSafetensors({
    tensors: { vectors: { shape: [rows.length, cols], data } },
    metadata: {
      format: "embedtune probes",
      embedder: embedding.embedder ?? "",
      side: "passage",
      hashes: JSON.stringify(hashes),
      ...(withTexts
        ? { texts: JSON.stringify(Array.from(rows, (row) => texts.passages[row])) }
        : {}),
    },
  });
}
