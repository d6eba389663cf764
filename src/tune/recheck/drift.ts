import { refuse } from "../../base/checks.js";
import type { LongJobOptions } from "../../base/progress.js";
import { sha256 } from "../../base/sha256.js";
import type { Embedder } from "../../embed/embedder.js";
import { rowOf } from "../../math/matrix.js";
import { cosineSimilarity } from "../../math/vectors.js";
import type { KeptProbes } from "./probes.js";

/**
 * Below this cosine to what was kept, an embedder gives another vector. Services that give the same text the same vector
 * but for rounding stay above .999; another model, or the same without its prefix, falls far below.
 */
const sameCosine = 0.99;

/** Whether an embedder still gives the vectors that it gave. */
export interface Drift {
  /** Probes whose texts were at hand. */
  readonly checked: number;
  /** The lowest and the mean cosine to what was kept; `null` where none was checked. */
  readonly lowest: number | null;
  readonly mean: number | null;
  /** Whether a probe fell below .99, or its vector has another length. */
  readonly drifted: boolean;
}

/**
 * Embeds the kept probes again and compares.
 *
 * @param embedder Without a cache, which would give what it kept.
 * @param passages Texts among which the probes' are looked for by their hashes, where they were not kept themselves.
 */
export async function measureDrift(
  probes: KeptProbes,
  embedder: Embedder,
  passages: readonly string[],
  { signal }: Pick<LongJobOptions, "signal">,
): Promise<Drift> {
  const { vectors, hashes, texts: kept } = probes;
  const texts = kept ?? (await textsOf(hashes, passages));
  const rows = [...hashes.keys()].filter((row) => texts[row] !== null);
  if (rows.length === 0) return { checked: 0, lowest: null, mean: null, drifted: false };
  const wanted = rows.map((row) => texts[row]!);
  const fresh = await embedder.embed(wanted, { side: "passage", signal });
  if (fresh.cols !== vectors.cols) {
    return { checked: rows.length, lowest: null, mean: null, drifted: true };
  }
  if (fresh.rows !== rows.length) refuse("recheck: embedder", `${rows.length} vectors`, fresh.rows);
  const cosines = rows.map((row, i) => cosineSimilarity(rowOf(vectors, row), rowOf(fresh, i)));
  const lowest = Math.min(...cosines);
  return {
    checked: rows.length,
    lowest,
    mean: cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length,
    drifted: !(lowest >= sameCosine),
  };
}

/** The probes' texts that are at hand: what {@link measureDrift} embeds. */
export async function probeTexts(
  { texts, hashes }: KeptProbes,
  passages: readonly string[],
): Promise<string[]> {
  return (texts ?? (await textsOf(hashes, passages))).filter((text) => text !== null);
}

async function textsOf(
  hashes: readonly string[],
  passages: readonly string[],
): Promise<(string | null)[]> {
  const wanted = new Set(hashes);
  const found = new Map<string, string>();
  const own = await sha256(passages);
  for (const [i, hash] of own.entries()) if (wanted.has(hash)) found.set(hash, passages[i]);
  return hashes.map((hash) => found.get(hash) ?? null);
}
