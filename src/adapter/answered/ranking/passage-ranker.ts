import { checkInteger } from "../../../base/checks.js";
import { checkSameDimensions, createMatrix, type Matrix } from "../../../math/matrix.js";
import {
  createResidentIndex,
  type ResidentIndex,
  type ResidentTopK,
} from "../../../math/search/resident-index.js";
import { checkIds, rowsOfIds } from "../check-ids.js";
import type { KnownQuestions } from "../known-questions.js";
import { checkUnitRows } from "../unit-rows.js";
import { createBestScored, type ScoredPassage } from "./best-scored.js";
import type { RankPassagesOptions } from "./rank-passages.js";

/** Ranks passages for one question after another. */
export interface PassageRanker {
  /**
   * What `rankPassages` gives with the votes of the known questions, bit for bit, without comparing the question with
   * everything in full.
   *
   * @param query Length d and 1, as `applyAdapter` gives it for the side "query".
   * @throws RangeError when the query has other dimensions or another length, or a vote is for a passage that is not there.
   */
  rank(query: ArrayLike<number>, options?: RankPassagesOptions): ScoredPassage[];
  /** Frees the memory of the passages; that of the known questions is theirs. */
  close(): void;
}

/**
 * Keeps passages where a question is compared with them quickest ({@link createResidentIndex}), beside known questions that
 * vote. A passage without a vote scores its cosine, so only the nearest can stand among the best; the others have a vote.
 *
 * @param data.passages n × d, length 1: for the side "passage", moved where passages move. Copied.
 * @param data.ids Per row, the id of the passage; no id twice.
 * @param data.known Whose votes count; left out, the ranking is by cosine.
 * @throws RangeError when a passage is not finite or does not have length 1, or ids are not one per row or stand twice.
 */
export function createPassageRanker({
  passages,
  ids: given,
  known,
}: {
  readonly passages: Matrix;
  readonly ids: readonly string[];
  readonly known?: Pick<KnownQuestions, "votes"> | undefined;
}): PassageRanker {
  const place = "createPassageRanker";
  checkUnitRows(passages, `${place}: passages`);
  checkIds(given, `${place}: ids`, passages.rows);
  const ids = [...given];
  const rowOf = rowsOfIds(ids, `${place}: ids`);
  const index = passages.rows === 0 ? null : createResidentIndex(passages);
  return {
    rank(query, { limit = 10 } = {}) {
      checkInteger(limit, "rank: limit", { least: 1 });
      const asked = createMatrix(1, query.length, Float32Array.from(query));
      checkUnitRows(asked, "rank: query");
      if (index === null) return [];
      checkSameDimensions(asked, "rank: query", passages, "passages");
      const { best, add } = createBestScored(limit);
      const votes = known?.votes(query) ?? new Map<string, number>();
      const voted = [...votes.keys()].map((id) => {
        const row = rowOf.get(id);
        if (row === undefined) {
          throw new RangeError(`rank: votes must be for passages that ids name, received "${id}"`);
        }
        return row;
      });
      const cosines = index.scores(asked.data, voted);
      for (const [i, row] of voted.entries()) add(ids[row], cosines[i] + votes.get(ids[row])!);
      const { indices, scores } = nearest(index, asked.data, limit);
      for (const [i, row] of indices.entries()) {
        if (row >= 0 && !votes.has(ids[row])) add(ids[row], scores[i]);
      }
      return [...best];
    },
    close() {
      index?.close();
    },
  };

  /** The `limit` nearest, and all that are as near as the last of them: among these ids decide, not rows. */
  function nearest(index: ResidentIndex, query: Float32Array, limit: number): ResidentTopK {
    for (let k = Math.min(limit + 1, index.rows); ; k = Math.min(2 * k, index.rows)) {
      const found = index.search(query, k);
      if (k === index.rows || found.scores[k - 1] < found.scores[limit - 1]) return found;
    }
  }
}
