import { describe, expect, it } from "vitest";
import { prepareLabelledCorpus } from "../../../src/tune/claims/labelled-corpus.js";
import { prepared, vectorsWith } from "../corpora.js";

describe("prepareLabelledCorpus", () => {
  it("counts a passage that is equal to a right one as right, too, with its grade", () => {
    const data = vectorsWith(3, 5, [
      [0, 1],
      [0, 2],
      [2, 4],
    ]);
    data.passages.data.copyWithin(3 * 6, 1 * 6, 2 * 6);
    for (let j = 0; j < 6; j++) data.passages.data[4 * 6 + j] = 2 * data.passages.data[j];
    const grade = Float64Array.of(3, 1, 2);
    const { relevant, grades, passageText } = prepared({
      ...data,
      pairs: { ...data.pairs, grade },
    });
    expect(relevant).toEqual([[1, 3, 2], [], [0, 4]]);
    expect(grades).toEqual([[3, 3, 1], [], [2, 2]]);
    expect([...passageText]).toEqual([0, 1, 2, 1, 0]);
  });

  it("knows which questions have labels, and which are equal", () => {
    const data = vectorsWith(
      4,
      3,
      [
        [3, 0],
        [1, 1],
        [1, 1],
        [0, 2],
      ],
      { labels: [1, 1, 1, 0] },
    );
    data.queries.data.copyWithin(2 * 6, 0, 6);
    const { labelledQueries, queryText, positives, negatives, log } = prepared(data);
    expect([...labelledQueries]).toEqual([1, 3]);
    expect([...queryText]).toEqual([0, 1, 0, 3]);
    expect([positives.query.length, negatives.query.length, log]).toEqual([2, 1, null]);
  });

  it("keeps the passages of whoever scales them a block at a time as they came, with the same likenesses", () => {
    const data = vectorsWith(3, 5, [
      [0, 1],
      [2, 4],
    ]);
    for (let j = 0; j < 6; j++) data.passages.data[3 * 6 + j] = 7 * data.passages.data[6 + j];
    const kept = prepareLabelledCorpus(data, "judgeAdapter", { keepPassages: true });
    expect([kept.passages, kept.unitPassages]).toEqual([data.passages, false]);
    expect(kept.passages.data).toBe(data.passages.data);
    const { relevant, passageText, unitPassages } = prepared(data);
    expect([kept.relevant, kept.passageText]).toEqual([relevant, passageText]);
    expect(relevant).toEqual([[1, 3], [], [4]]);
    expect(unitPassages).toBe(true);
  });

  it("scales all rows to length 1", () => {
    const data = vectorsWith(2, 2, [[0, 0]]);
    const { queries, passages, log } = prepared({ ...data, log: data.passages });
    for (const { data: values } of [queries, passages, log!]) {
      for (let i = 0; i < 2; i++) {
        expect(Math.hypot(...values.subarray(6 * i, 6 * i + 6))).toBeCloseTo(1, 6);
      }
    }
  });
});
