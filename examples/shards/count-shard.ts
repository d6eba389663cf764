import type { Embedder, TrainingPairs } from "embedtune";
import { collectPairStatistics, encodePairStatistics } from "embedtune/fit";
import type { Matrix } from "embedtune";
import { generatedTexts, shardRanges, type ShardPlan } from "./texts.js";

/** Texts embedded at a time. A batch should take well under a second: between batches the worker renews its lock. */
const batchSize = 2048;

/**
 * The statistics of one shard, as bytes: of its questions with their right passages, and of its part of the corpus. They hang on
 * the plan and the shard's number alone, so that whoever counts it a second time makes the same bytes.
 */
export async function countShard(
  plan: ShardPlan,
  shard: number,
  embedder: Embedder,
): Promise<Uint8Array> {
  const texts = generatedTexts(plan);
  const { questions, passages } = shardRanges(plan, shard);

  async function* pairBatches(): AsyncGenerator<TrainingPairs> {
    for (const numbers of inBatches(questions)) {
      const asked = numbers.map(texts.question);
      const rows = new Map<number, number>();
      for (const { passage } of asked) if (!rows.has(passage)) rows.set(passage, rows.size);
      yield {
        queries: await embedder.embed(asked.map(({ text }) => text)),
        passages: await embedder.embed([...rows.keys()].map(texts.passage)),
        pairs: {
          query: Uint32Array.from(asked.keys()),
          passage: Uint32Array.from(asked, ({ passage }) => rows.get(passage)!),
          label: new Uint8Array(asked.length).fill(1),
        },
      };
    }
  }
  async function* corpusBlocks(): AsyncGenerator<Matrix> {
    for (const numbers of inBatches(passages)) yield embedder.embed(numbers.map(texts.passage));
  }
  const statistics = await collectPairStatistics(pairBatches(), { corpus: corpusBlocks() });
  return encodePairStatistics(statistics);
}

/** The whole numbers of a range, a batch at a time. */
function* inBatches([start, end]: readonly [number, number]): Generator<number[]> {
  for (let at = start; at < end; at += batchSize) {
    yield Array.from({ length: Math.min(batchSize, end - at) }, (_, i) => at + i);
  }
}
