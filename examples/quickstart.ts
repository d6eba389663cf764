/**
 * The main job, end to end: read Natural Questions, split by page, sample negatives, embed, fit, compare on pages never
 * seen, save the adapter, load it back and use it.
 *
 *   npm run quickstart
 *   npm run quickstart -- --input FILE [--limit N] [--embedder openai] [--model NAME] [--out DIR] [--cache DIR] [--seed N]
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  createHashingEmbedder,
  fitAdapter,
  groupedSplit,
  identityAdapter,
  leakReport,
  trainMatrix,
  withCache,
  type Embedder,
  type Question,
} from "embedtune";
import { pageOf } from "embedtune/negatives";
import { notebookPreset } from "embedtune/train";
import { createLmdbStore, loadAdapter, readNaturalQuestions, saveAdapter } from "embedtune/node";
import { createOpenAIEmbedder } from "embedtune/openai";
import { renderReport } from "embedtune/report";
import { progressBars, runExample } from "./shared/cli.js";
import { findImprovedQuestion, showImprovedQuestion } from "./shared/improved-question.js";
import { latentViews } from "./shared/latent-views.js";
import { measureMethod, type MeasuredMethod } from "./shared/measure.js";
import { prepareSides, setNames } from "./shared/nq-task.js";
import { resultsTable } from "./shared/results-table.js";

/** Fewer pages with an answer than this leave nothing to learn from and nothing to test on. */
const fewestPages = 10;

await runExample(async (signal) => {
  const { values: options } = parseArgs({
    options: {
      input: { type: "string", default: "examples/data/nq-sample.jsonl.gz" },
      limit: { type: "string" },
      embedder: { type: "string", default: "hashing" },
      model: { type: "string", default: "text-embedding-ada-002" },
      out: { type: "string", default: "out" },
      cache: { type: "string", default: ".cache/embeddings" },
      seed: { type: "string", default: "1" },
    },
  });
  const seed = wholeNumber("--seed", options.seed);
  const limit = options.limit === undefined ? undefined : wholeNumber("--limit", options.limit);
  const started = performance.now();
  const bars = progressBars();
  const store = createLmdbStore({ path: options.cache });
  try {
    const job = { signal, onProgress: bars.onProgress };
    const embedder = withCache(chooseEmbedder(options.embedder, options.model), store);

    // 1. Read.
    const questions: Question[] = [];
    for await (const question of readNaturalQuestions(options.input, {
      limit,
      natural: true,
      ...job,
    })) {
      questions.push(question);
    }
    const answered = questions.filter(({ annotations }) =>
      annotations.some(({ longAnswer }) => longAnswer !== null),
    );
    const pages = new Set(answered.map(pageOf)).size;
    if (pages < fewestPages) {
      throw new Error(
        `${options.input}: the answered questions must lie on at least ${fewestPages} pages, some to learn from and others to test on, received ${answered.length} on ${pages} among ${questions.length} examples`,
      );
    }

    // 2. Split by page, then sample negatives and embed within each side.
    const sides = groupedSplit(answered, { train: 0.55, validation: 0.15, test: 0.3, seed });
    const leaks = leakReport(sides.train, sides.test);
    const { train, validation, test } = await prepareSides(sides, embedder, { seed, ...job });

    // 3. Fit: nothing below sees the test side.
    const timed = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
      const begun = performance.now();
      const result = await work();
      return [result, (performance.now() - begun) / 1000];
    };
    const untouched = identityAdapter(train.queries.cols, embedder.id);
    const [notebook, notebookSeconds] = await timed(() =>
      trainMatrix(
        { ...train, validation },
        { ...notebookPreset, seed, embedder: embedder.id, ...job },
      ),
    );
    // Chooses among closed forms by cross-validation on the training side; the untouched embedding has to be beaten.
    const [auto, autoSeconds] = await timed(() =>
      fitAdapter(train, { seed, embedder: embedder.id, ...job }),
    );

    // 4. Measure on the test side.
    const data = { validation, test };
    const methods: MeasuredMethod[] = [
      await measureMethod("none", untouched, data, 0),
      await measureMethod("notebook", notebook.adapter, data, notebookSeconds),
      await measureMethod("auto", auto.adapter, data, autoSeconds),
    ];
    const [before, , after] = methods;
    bars.stop();

    // 5. Save, and load back what was saved.
    await mkdir(options.out, { recursive: true });
    const adapterFile = join(options.out, "adapter.safetensors");
    await saveAdapter(adapterFile, auto.adapter);
    const improved = findImprovedQuestion(
      await loadAdapter(adapterFile),
      test,
      before.ranks,
      after.ranks,
    );

    // 6. Tell.
    const { hits, misses } = embedder.statistics();
    const facts = [
      { label: "input", value: options.input },
      { label: "embedder", value: embedder.id },
      { label: "examples", value: questions.length },
      { label: "without an answer", value: questions.length - answered.length },
      { label: "pages", value: pages },
      {
        label: "questions in train / validation / test",
        value: [train, validation, test].map(({ queries }) => queries.rows).join(" / "),
      },
      { label: "passages searched", value: test.corpus.texts.length },
    ];
    const rows = methods.flatMap((method) => method.rows);
    await writeFile(
      join(options.out, "metrics.json"),
      JSON.stringify(
        {
          facts: Object.fromEntries(facts.map(({ label, value }) => [label, value])),
          seed,
          leaks,
          methods: rows,
          auto: {
            method: auto.adapter.metadata.method,
            verdict: auto.verdict,
            sentence: auto.sentence,
            table: auto.table,
          },
          notebook: { bestEpoch: notebook.bestEpoch, history: notebook.history },
        },
        null,
        2,
      ),
    );
    await writeFile(
      join(options.out, "report.html"),
      await renderReport({
        subtitle: `${answered.length} answered questions on ${pages} pages; figures on ${test.queries.rows} questions of pages never trained on. Hard negatives are the wrong passages of the same page nearest to the question before customisation.`,
        decision: auto,
        baseline: "none",
        chosen: "auto",
        facts,
        methods: rows,
        histograms: methods.flatMap(({ name, cosines }) =>
          setNames.flatMap((set) =>
            ([0, 1] as const).map((label) => ({
              method: name,
              set,
              label,
              cosines: cosines[set].filter((_, i) => test.sets[set].label[i] === label),
            })),
          ),
        ),
        latent: latentViews(before, after, test, seed),
        training: {
          method: "notebook",
          epochs: notebook.history,
          bestEpoch: notebook.bestEpoch,
        },
        example: improved,
        distributions: [
          {
            title: "Candidate passages per question",
            unit: "candidates",
            of: "questions",
            values: questions.map(({ candidates }) => candidates.length),
          },
          {
            title: "Length of the passages searched",
            unit: "characters",
            of: "passages",
            values: test.corpus.texts.map((text) => text.length),
          },
        ],
      }),
    );

    for (const { label, value } of facts) console.log(`${label}: ${value}`);
    console.log(
      misses === 0
        ? `embeddings: all ${hits} found in the cache (${options.cache})`
        : `embeddings: ${misses} computed and kept in ${options.cache}${hits === 0 ? "" : `, ${hits} found there`}`,
    );
    console.log(`\n${resultsTable(rows)}\n`);
    console.log(
      `auto is ${auto.adapter.metadata.method}, by the training pages alone. ${auto.sentence}`,
    );
    console.log(
      [
        `All figures are of the ${test.queries.rows} test questions, whose pages nothing was fitted on; recall and MRR are over the ${test.corpus.texts.length} passages of these pages.`,
        "Thresholds are fitted on the validation pages. Hard negatives are the wrong passages of the same page nearest to the question before customisation: an untouched embedding scores low on them by construction.",
      ].join("\n"),
    );
    console.log(
      improved === undefined
        ? "\nNo question of the test pages had its right passage moved to the first place."
        : `\nOne question, with the adapter loaded from ${adapterFile}:\n${showImprovedQuestion(improved)}`,
    );
    const files = ["metrics.json", "adapter.safetensors", "report.html"];
    console.log(
      `\n${files.map((file) => join(options.out, file)).join(", ")} written; ${((performance.now() - started) / 1000).toFixed(1)} s in all`,
    );
  } finally {
    bars.stop();
    await store.close();
  }
});

function chooseEmbedder(name: string, model: string): Embedder {
  if (name === "hashing") return createHashingEmbedder();
  // The key and the address come from OPENAI_API_KEY and OPENAI_BASE_URL.
  if (name === "openai") return createOpenAIEmbedder({ model });
  throw new Error(`--embedder must be hashing or openai, received "${name}"`);
}

function wholeNumber(flag: string, text: string): number {
  if (!/^\d+$/.test(text)) {
    throw new Error(`${flag} must be a whole number, received "${text}"`);
  }
  return Number(text);
}
