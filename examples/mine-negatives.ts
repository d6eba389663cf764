/**
 * Mines negatives by every method and tells how many, how fast, and what was dropped why:
 *
 *   npx tsx examples/mine-negatives.ts [--input FILE] [--num 3] [--relative-margin 0.05] [--exclude-answers]
 *                                      [--seed 1] [--json OUT.json] [--export DIR]
 *
 * FILE holds Natural Questions, DPR's JSON, or lines of { question, passage, title, answers }. With --export, the
 * vectors and what was mined from them are written to DIR, for examples/check-mined.py to compute again with NumPy.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  createBm25Index,
  createHashingEmbedder,
  encodeNpy,
  mineHardNegatives,
  miningTexts,
  sampleSamePageNegatives,
  sampleWeakNegatives,
  createVectorIndex,
  type DropCounts,
  type Matrix,
  type MinedNegatives,
  type MiningOptions,
  type MiningTexts,
} from "embedtune";
import { formatTerminalTable } from "embedtune/evaluate";
import {
  createAnswerGuard,
  createVectorLookup,
  samePageCandidates,
  type NegativeGuard,
} from "embedtune/negatives";
import { progressBars, runExample } from "./shared/cli.js";
import { readMiningInput } from "./shared/mining-input.js";

interface MethodReport {
  readonly method: string;
  readonly wanted: number;
  readonly mined: number;
  readonly seconds: number;
  readonly pairsPerSecond: number;
  readonly drops: DropCounts<string>;
}

await runExample(async (signal) => {
  const { values: options } = parseArgs({
    options: {
      input: { type: "string", default: "examples/data/nq-sample.jsonl.gz" },
      num: { type: "string", default: "3" },
      "relative-margin": { type: "string", default: "0.05" },
      "exclude-answers": { type: "boolean", default: false },
      seed: { type: "string", default: "1" },
      json: { type: "string" },
      export: { type: "string" },
    },
  });
  const bars = progressBars();
  const job = { signal, onProgress: bars.onProgress };
  const input = await readMiningInput(options.input, signal);
  const { positives, corpus, questions } = input;
  const guards = [...input.guards];
  if (options["exclude-answers"]) guards.push(createAnswerGuard(input.answers));
  const { seed } = options;
  const numNegatives = Number(options.num);
  const relativeMargin = Number(options["relative-margin"]);

  // Every text is embedded once, whatever it is used for.
  const texts = miningTexts(positives, { corpus: corpus.map(({ text }) => text) });
  const embedder = createHashingEmbedder();
  const begun = performance.now();
  const queries = await embedder.embed(texts.queries, { side: "query", ...job });
  const passages = await embedder.embed(texts.passages, job);
  const embedSeconds = (performance.now() - begun) / 1000;

  const reports: MethodReport[] = [];
  const run = async (
    method: string,
    mine: () => Promise<{ counts: Pick<MethodReport, "wanted" | "mined" | "drops"> }>,
  ): Promise<void> => {
    const start = performance.now();
    const { counts } = await mine();
    const seconds = (performance.now() - start) / 1000;
    const { wanted, mined, drops } = counts;
    const pairsPerSecond = Math.round(mined / seconds);
    reports.push({ method, wanted, mined, seconds, pairsPerSecond, drops });
  };

  await run("weak", async () => {
    const pool = corpus.length > 0 ? corpus : undefined;
    const weak = { perPositive: numNegatives, seed, guards, pool };
    const { counts } = sampleWeakNegatives(positives, weak);
    return { counts: { ...counts, mined: counts.sampled } };
  });
  if (questions !== null) {
    await run("same-page", async () => {
      const excludeAnswers = options["exclude-answers"];
      const candidates = samePageCandidates(questions, { excludeAnswers });
      const { counts } = sampleSamePageNegatives(candidates, {
        perPositive: numNegatives,
        vectors: {
          query: createVectorLookup(texts.queries, queries),
          passage: createVectorLookup(texts.passages, passages),
        },
      });
      return { counts: { ...counts, mined: counts.sampled } };
    });
  }
  const mining: MiningOptions = { numNegatives, relativeMargin, guards, seed, ...job };
  await run("bm25", () => mineHardNegatives(positives, createBm25Index(texts.passages), mining));
  let nearest: MinedNegatives | undefined;
  await run("nearest", async () => {
    nearest = await mineHardNegatives(
      positives,
      createVectorIndex(texts, { queries, passages }),
      mining,
    );
    return nearest;
  });
  bars.stop();

  console.log(
    `${options.input}: ${positives.length} positives, ${texts.queries.length} queries, ${texts.passages.length} passages; embedded by ${embedder.id} in ${embedSeconds.toFixed(2)} s\n`,
  );
  console.log(table(reports));
  console.log(dropLines(reports));
  if (options.json !== undefined) {
    await writeFile(options.json, `${JSON.stringify({ embedSeconds, reports }, null, 2)}\n`);
  }
  if (options.export !== undefined && nearest !== undefined) {
    const settings = { numNegatives, relativeMargin };
    await exportMined(options.export, texts, { queries, passages }, nearest, guards, settings);
  }
});

function table(reports: readonly MethodReport[]): string {
  return formatTerminalTable({
    columns: ["method", "mined", "wanted", "seconds", "pairs/s"],
    rows: reports.map(({ method, mined, wanted, seconds, pairsPerSecond }) => [
      method,
      String(mined),
      String(wanted),
      seconds.toFixed(3),
      String(pairsPerSecond),
    ]),
  });
}

/** One line for each method: how many passages it left out, by reason. */
function dropLines(reports: readonly MethodReport[]): string {
  return reports
    .map(({ method, drops }) => {
      const counts = Object.entries(drops).map(([reason, count]) => `${reason} ${count}`);
      return `${method} left out: ${counts.join(", ") || "nothing"}`;
    })
    .join("\n");
}

/**
 * Writes all that a second computation of the same needs: vectors, which rows are positives or refused by a guard, what
 * was mined.
 */
async function exportMined(
  folder: string,
  texts: MiningTexts,
  vectors: { readonly queries: Matrix; readonly passages: Matrix },
  { queries }: MinedNegatives,
  guards: readonly NegativeGuard[],
  settings: object,
): Promise<void> {
  const queryRows = new Map(texts.queries.map((text, i) => [text, i]));
  const passageRows = new Map(texts.passages.map((text, i) => [text, i]));
  const mined = queries.map(({ query, positives, negatives }) => ({
    query: queryRows.get(query),
    positives: positives.map(({ text }) => passageRows.get(text)),
    negatives: negatives.map(({ text }) => passageRows.get(text)),
    scores: negatives.map(({ score }) => score),
    refused: texts.passages.flatMap((passage, row) =>
      guards.some((guard) => guard(query, passage) !== null) ? [row] : [],
    ),
  }));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "queries.npy"), encodeNpy(vectors.queries));
  await writeFile(join(folder, "passages.npy"), encodeNpy(vectors.passages));
  await writeFile(
    join(folder, "mined.json"),
    JSON.stringify({ settings, texts: texts.passages, mined }),
  );
}
