import { expect, it } from "vitest";
import { readTuningFiles } from "../../src/node.js";
import { describeShared, readShared, readSharedLines, sharedPath } from "./shared-data.js";

describeShared("readTuningFiles, on real files,", () => {
  it.each(["nq", "pubmed", "xquad", "clinc"])("reads the set %s whole", async (name) => {
    const { data, format } = await readTuningFiles(sharedPath(`sets/${name}`));
    if (!("qrels" in data)) throw new Error("not judged");
    expect(format).toBe("BEIR folder, judgements of train.tsv");
    expect(data.corpus).toHaveLength(readSharedLines(`sets/${name}/corpus.jsonl.gz`).length);
    const judgements = readSharedLines(`sets/${name}/train.tsv`).slice(1);
    expect(data.qrels).toHaveLength(judgements.length);
    // All of them: vectors made beforehand have a row for each.
    expect(data.queries).toHaveLength(readSharedLines(`sets/${name}/queries.jsonl.gz`).length);
  });

  it("reads DPR's training file as pairs", async () => {
    const { data } = await readTuningFiles(sharedPath("dpr/sample.json"));
    if (!("pairs" in data)) throw new Error("not pairs");
    const expected = JSON.parse(readShared("dpr/sample.json").toString("utf8")) as {
      positive_ctxs: unknown[];
    }[];
    const positives = expected.flatMap(({ positive_ctxs }) => positive_ctxs);
    expect(data.pairs.filter(({ label }) => label === 1)).toHaveLength(positives.length);
  });

  it("reads Natural Questions' questions with their passages", async () => {
    const path = sharedPath("nq/questions-passages.jsonl.gz");
    const columns = { query: "question", passage: "passage" };
    const { data } = await readTuningFiles(path, { columns });
    expect(data).toHaveProperty(
      "pairs.length",
      readSharedLines("nq/questions-passages.jsonl.gz").length,
    );
  });
});
