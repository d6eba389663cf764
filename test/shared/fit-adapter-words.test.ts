import { expect, it } from "vitest";
import {
  applyAdapter,
  decodeNpy,
  evaluateRetrieval,
  fitAdapter,
  pairCosines,
  trainMatrix,
  type Adapter,
} from "embedtune";
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

    const { relevant } = test;
    const figures = async (adapter: Adapter): Promise<{ auc: number; recallAt1: number }> => {
      const q = applyAdapter(adapter, test.queries, { side: "query" });
      const p = applyAdapter(adapter, test.passages, { side: "passage" });
      const { metrics } = await evaluateRetrieval(q, p, relevant, { ks: [1] });
      return {
        auc: rocAuc(pairCosines(q, p, test.pairs), test.pairs.label),
        recallAt1: metrics["recall@1"],
      };
    };
    const auto = await fitAdapter(train, { timeBudget: Infinity });
    const notebook = await trainMatrix(train, { ...notebookPreset, seed: 1 });
    expect(auto.verdict).toBe("use it");
    const ours = await figures(auto.adapter);
    const theirs = await figures(notebook.adapter);
    expect(ours.auc).toBeGreaterThan(theirs.auc + 0.05);
    expect(ours.recallAt1).toBeGreaterThan(theirs.recallAt1 + 0.1);
  });
});
