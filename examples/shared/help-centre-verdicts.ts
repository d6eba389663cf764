import { readFile } from "node:fs/promises";
import {
  createHashingEmbedder,
  decodeNpy,
  tune,
  type LongJobOptions,
  type Matrix,
  type TuneOptions,
} from "embedtune";
import { readBeir } from "embedtune/node";

const folder = "examples/data/help-centre";

/**
 * What `tune` says of the help centre that ships with the project: under the vectors of a neural model, which are stored
 * with it, and under the built-in embedder, which compares spelling.
 */
export async function helpCentreVerdicts(
  job: LongJobOptions & Pick<TuneOptions, "candidates">,
): Promise<string[]> {
  const data = await readBeir(folder, { split: "train" });
  const vectors = {
    queries: await readVectors("queries"),
    corpus: await readVectors("corpus"),
    embedder: "all-MiniLM-L6-v2",
  };
  const embedder = createHashingEmbedder({ dimensions: 384 });
  const verdicts: string[] = [];
  for (const source of [{ vectors }, { embedder }]) {
    const { sentence, embedding } = await tune(data, { ...source, forms: false, ...job });
    verdicts.push(`${embedding.embedder}: ${sentence}`);
  }
  return verdicts;
}

async function readVectors(name: string): Promise<Matrix> {
  const path = `${folder}/minilm-${name}.npy`;
  return decodeNpy(await readFile(path), path);
}
