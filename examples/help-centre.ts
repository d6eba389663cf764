/**
 * A help centre that learns from the questions it has answered: what fitAdapter says of the training questions of
 * examples/data/help-centre, under stored MiniLM vectors and under the built-in embedder, and what became of the test
 * questions, which it has not seen. Takes a minute or two.
 *
 *   npx tsx examples/help-centre.ts
 */
import { readFile } from "node:fs/promises";
import {
  createHashingEmbedder,
  decodeNpy,
  fitAdapter,
  judgeAdapter,
  type GainOf,
  type Matrix,
} from "embedtune";
import { formatTerminalTable } from "embedtune/evaluate";
import { readBeirSides } from "./shared/beir-sides.js";
import { progressBars, runExample } from "./shared/cli.js";
import { formRanks, gainsOfRanks } from "./shared/form-ranks.js";

const folder = "examples/data/help-centre";

await runExample(async (signal) => {
  const { texts, sides } = await readBeirSides(folder);
  const hashing = createHashingEmbedder();
  const vectors = [
    ["all-MiniLM-L6-v2", await readVectors("queries"), await readVectors("corpus")],
    [hashing.id, await hashing.embed(texts.queries), await hashing.embed(texts.corpus)],
  ] as const;
  for (const [embedder, queries, passages] of vectors) {
    const { train, test } = sides(queries, passages);
    const bars = progressBars();
    const job = { signal, onProgress: bars.onProgress };
    const decision = await fitAdapter(train, { embedder, ...job }).finally(bars.stop);
    console.log(`\n${embedder}: the verdict from ${train.queries.rows} training questions\n`);
    for (const { sentence } of [decision, ...decision.forms]) console.log(`- ${sentence}`);

    // What did best, whatever the verdict.
    const { adapter, method } = decision.best;
    const judgement = await judgeAdapter(adapter, test, { signal });
    const { figures, gain, questions } = judgement;
    const rows = [rowOf(method, { ...figures["mrr"], ...gain }, figures["recall@1"])];
    const before = questions.map((question) => question.before);
    for (const form of decision.forms) {
      const { mrr, first } = gainsOfRanks(before, formRanks(form, train, test));
      rows.push(rowOf(`${form.name} on ${form.method}`, mrr, first));
    }
    console.log(`\nWhat became of ${method} on ${test.queries.rows} test questions\n`);
    console.log(`- ${judgement.sentence}\n`);
    console.log(formatTerminalTable({ columns: ["served", "MRR", "recall@1"], rows }));
  }
});

async function readVectors(name: string): Promise<Matrix> {
  const path = `${folder}/minilm-${name}.npy`;
  return decodeNpy(await readFile(path), path);
}

function rowOf(name: string, ...gains: readonly GainOf[]): string[] {
  const f = (value: number): string => value.toFixed(3);
  return [
    name,
    ...gains.map(
      (g) => `${f(g.before)} to ${f(g.after)}, by ${f(g.gain)} [${f(g.low)}, ${f(g.high)}]`,
    ),
  ];
}
