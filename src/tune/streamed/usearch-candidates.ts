import type { Adapter } from "../../adapter/adapter.js";
import { applySide } from "../../adapter/apply.js";
import { checkAdapter } from "../../adapter/check.js";
import { isIdentitySide } from "../../adapter/identity-side.js";
import { checkInteger } from "../../base/checks.js";
import type { LongJobOptions } from "../../base/progress.js";
import { normalizeRows } from "../../math/vectors.js";
import {
  createUsearchRows,
  type UsearchGraphOptions,
} from "../../negatives/indexes/usearch-rows.js";
import type { CandidateSearch } from "./candidates.js";
import { passageBlocks, type PassageBlocks } from "./streamed-corpus.js";

export interface UsearchCandidatesOptions extends LongJobOptions, UsearchGraphOptions {
  /** Passages for each question. @default 100 */
  readonly count?: number | undefined;
}

const caller = "createUsearchCandidates";

/**
 * Builds graphs over the untouched and, where the adapter changes passages, over the adapted vectors of a corpus, by which
 * `judgeStreamed` finds candidates. A graph holds the vectors: some 1,700 bytes a passage at 384 dimensions, or a quarter of the
 * vectors' part with `quantization: "i8"`. To build one takes longer than to rank some thousand questions exactly.
 *
 * @param passages The corpus, read once.
 * @throws RangeError when an option is out of range, and on rows that are not finite, of other dimensions or all zeros; Error naming
 *   the package where usearch is not installed.
 */
export async function createUsearchCandidates(
  adapter: Adapter,
  passages: PassageBlocks,
  { count = 100, signal, onProgress, ...graph }: UsearchCandidatesOptions = {},
): Promise<CandidateSearch> {
  checkAdapter(adapter, caller);
  checkInteger(count, `${caller}: count`, { least: 1 });
  const { inputDimensions } = adapter;
  const untouched = await createUsearchRows(inputDimensions, graph, caller);
  let adapted = untouched;
  const place = `${caller}: passages`;
  for await (const { block } of passageBlocks(passages, inputDimensions, null, place, signal)) {
    untouched.add(block);
    if (!isIdentitySide(adapter.passage)) {
      const mapped = normalizeRows(applySide(adapter.passage, block));
      if (adapted === untouched) adapted = await createUsearchRows(mapped.cols, graph, caller);
      adapted.add(mapped);
    }
    onProgress?.({ stage: "index", done: untouched.count, total: undefined });
  }
  return {
    ...{ name: "usearch", count },
    find: (queries, under) =>
      (under === "adapted" ? adapted : untouched).search(queries, count).map(({ rows }) => rows),
  };
}
