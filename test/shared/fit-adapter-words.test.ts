import { expect, it } from "vitest";
import {
  applyAdapter,
  decodeNpy,
  fitAdapter,
  pairCosines,
  trainMatrix,
  type Adapter,
} from "embedtune";
import { multiply } from "embedtune/math";
import { rocAuc } from "embedtune/evaluate";
import { notebookPreset } from "embedtune/train";
import { testRowsByGroup, vectorTask } from "../../examples/shared/vector-task.js";
import { describeShared, readShared, readSharedLines } from "./shared-data.js";

describeShared("fitAdapter on real questions as word vectors", () => {
  it("leads the notebook's recipe in ROC AUC and in recall@1", { timeout: 240_000 }, async () => {
    const groups = readSharedLines("nq/questions-passages.jsonl.gz").map(
      (line) => (JSON.parse(line) as { title: string }).title,
    );
    const queries = decodeNpy(readShared("nq/queries-words-325d.npy"), "queries");
    const passages = decodeNpy(readShared("nq/passages-words-325d.npy"), "passages");
    const testRows = testRowsByGroup(groups, "101");
    const held = new Set(testRows);
    const trainRows = Array.from(groups.keys()).filter((row) => !held.has(row));
    const train = vectorTask(queries, passages, groups, trainRows);
    const test = vectorTask(queries, passages, groups, testRows);

    const figures = (adapter: Adapter): { auc: number; recallAt1: number } => {
      const q = applyAdapter(adapter, test.queries, { side: "query" });
      const p = applyAdapter(adapter, test.passages, { side: "passage" });
      const scores = multiply(q, p, { transposeB: true });
      let first = 0;
      for (let i = 0; i < q.rows; i++) {
        const row = scores.data.subarray(i * p.rows, (i + 1) * p.rows);
        if (row.every((score, j) => j === test.answers[i] || score < row[test.answers[i]])) first++;
      }
      return {
        auc: rocAuc(pairCosines(q, p, test.pairs), test.pairs.label),
        recallAt1: first / q.rows,
      };
    };
    const auto = await fitAdapter(train, { timeBudget: Infinity });
    const notebook = await trainMatrix(train, { ...notebookPreset, seed: 1 });
    expect(auto.verdict).toBe("use it");
    const [ours, theirs] = [figures(auto.adapter), figures(notebook.adapter)];
    expect(ours.auc).toBeGreaterThan(theirs.auc + 0.05);
    expect(ours.recallAt1).toBeGreaterThan(theirs.recallAt1 + 0.1);
  });
});
