import type { Adapter } from "../../adapter/adapter.js";
import { layOutTexts } from "../../data/texts/text-tables.js";
import type { TuningData } from "../../data/tuning-data.js";
import type { EmbeddingEstimate } from "../../embed/embedder.js";
import { addEstimates, estimateEmbedding } from "../../embed/estimate.js";
import { estimateTables, prepareEmbedder } from "../texts/embed-tables.js";
import { probeTexts } from "./drift.js";
import { leaveOutLearnt } from "./learnt-questions.js";
import { learntBy, type RecheckOptions } from "./recheck.js";

/** What `recheck` would send: texts that no cache has, and the probes, which are embedded again whatever a cache has. */
export async function estimateRecheck(
  adapter: Adapter,
  data: TuningData,
  {
    embedder,
    probes,
    cache,
    prefixes,
    signal,
  }: Pick<RecheckOptions, "embedder" | "probes" | "cache" | "prefixes" | "signal">,
): Promise<EmbeddingEstimate> {
  const laidOut = await layOutTexts(data, "recheck");
  const { tables } = await leaveOutLearnt(laidOut, learntBy(adapter, probes));
  const estimate = await estimateTables(
    tables,
    prepareEmbedder(embedder, { cache, prefixes }),
    signal,
  );
  if (probes === undefined) return estimate;
  const bare = prepareEmbedder(embedder, { prefixes }).embedder;
  const again = await probeTexts(probes, tables.passages);
  return addEstimates(estimate, await estimateEmbedding(bare, again, { side: "passage", signal }));
}
