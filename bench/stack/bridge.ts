/**
 * A new model over an old index: e5's questions in the index that MiniLM made, by `fitBridge`. Chosen without labels; figures on
 * the set's test questions. "fitted on" says which texts both models embedded: all passages of the index, or a random half of
 * them, whose other half is then "unseen", as most of an index is. "questions" are the training questions, without their labels.
 * The last table is of another kind, for comparison with figures taken so: judged on all labelled pairs, training and test,
 * and fitted with all of the new model's questions at hand, those that it is judged on included (unlabelled).
 *
 *   --set nq   nq, pubmed or xquad
 */
import { fitBridge, judgeBridge, type Bridge, type BridgeRecall } from "embedtune/fit";
import { gatherRows, type Matrix } from "../../src/math/matrix.js";
import { createRandom } from "../../src/base/random.js";
import type { PairColumns } from "../../src/data/types.js";
import type { BenchOptions, BenchRow } from "../rows.js";
import { readSet, setsArePresent, type VectorSet } from "../sets.js";

export async function run(options: BenchOptions): Promise<readonly BenchRow[]> {
  if (!setsArePresent) return [];
  const name = options.get("set") ?? "nq";
  const [minilm, e5] = [readSet(name, "minilm"), readSet(name, "e5")];
  const count = minilm.passages.rows;
  const order = createRandom("bridge").shuffle([...Array(count).keys()]);
  const log = [...new Set(minilm.train.query)];
  const queries = { new: gatherRows(e5.queries, log), old: gatherRows(minilm.queries, log) };
  const cases: readonly [string, number, Parameters<typeof fitBridge>[2]][] = [
    ["all passages", count, { methods: ["procrustes"] }],
    ["all passages", count, {}],
    ["all passages, questions by the new model", count, { queries: { new: queries.new } }],
    ["all passages and questions", count, { queries }],
    ["half of the passages", count / 2, {}],
    ["half of the passages and questions", count / 2, { queries }],
  ];
  const rows: BenchRow[] = [];
  for (const [texts, size, settings] of cases) {
    const kept = order.slice(0, Math.round(size)).sort((a, b) => a - b);
    const fittedOn = gatherRows(minilm.passages, kept);
    const bridge = await fitBridge(fittedOn, gatherRows(e5.passages, kept), settings);
    const judged = await judge(bridge, minilm, e5, fittedOn);
    if (rows.length === 0) {
      rows.push(figuresRow(name, "MiniLM's own questions", judged.oldModel));
      rows.push(figuresRow(name, "e5 over an index of its own", judged.newModel));
    }
    rows.push({
      ...figuresRow(name, texts, judged.bridge),
      "unseen recall@1": judged.unseen === null ? "" : show(judged.unseen["recall@1"]),
      texts: bridge.texts,
      chosen:
        `${bridge.chosen.method} ${Object.values(bridge.chosen.parameters).join(", ")}`.trim(),
      "agreement@10": show(bridge.agreementAt10),
    });
    if (texts === "all passages and questions")
      rows.push(...candidateRows(bridge), ...curveRows(bridge));
  }
  return [...rows, ...(await allQuestionRows(name, minilm, e5))];
}

/** All questions, asked as well as fitted with: no test, since the bridge has seen what it is judged on. */
async function allQuestionRows(
  name: string,
  minilm: VectorSet,
  e5: VectorSet,
): Promise<BenchRow[]> {
  const pairs = joinPairs(minilm.train, minilm.test);
  const asked = { ...minilm, test: pairs };
  const cases: readonly [string, Parameters<typeof fitBridge>[2]][] = [
    ["all passages, Procrustes alone", { methods: ["procrustes"] }],
    ["all passages and all of the new model's questions", { queries: { new: e5.queries } }],
  ];
  const rows: BenchRow[] = [];
  for (const [texts, settings] of cases) {
    const bridge = await fitBridge(minilm.passages, e5.passages, settings);
    const judged = await judge(bridge, asked, e5, minilm.passages);
    const table = `bridge: all questions of ${name}, training and test, also those fitted with`;
    if (rows.length === 0) {
      rows.push({ ...figuresRow(name, "MiniLM's own questions", judged.oldModel), table });
      rows.push({ ...figuresRow(name, "e5 over an index of its own", judged.newModel), table });
    }
    rows.push({ ...figuresRow(name, texts, judged.bridge), table });
  }
  return rows;
}

const joinPairs = (a: PairColumns, b: PairColumns): PairColumns => ({
  query: Uint32Array.of(...a.query, ...b.query),
  passage: Uint32Array.of(...a.passage, ...b.passage),
  label: Uint8Array.of(...a.label, ...b.label),
});

const judge = (
  { adapter }: Bridge,
  old: VectorSet,
  next: VectorSet,
  fittedOn: Matrix,
): ReturnType<typeof judgeBridge> =>
  judgeBridge(
    adapter,
    {
      queries: next.queries,
      passages: old.passages,
      pairs: old.test,
      oldQueries: old.queries,
      newPassages: next.passages,
    },
    { fittedOn },
  );

function figuresRow(
  set: string,
  what: string,
  figures: Awaited<ReturnType<typeof judgeBridge>>["oldModel"],
): BenchRow {
  return {
    table: `bridge: test questions of ${set}, e5 over MiniLM`,
    "fitted on": what,
    "recall@1": show(figures!["recall@1"]),
    "recall@10": show(figures!["recall@10"]),
    mrr: show(figures!.mrr),
  };
}

function candidateRows({ candidates }: Bridge): BenchRow[] {
  return candidates.map(({ method, parameters, ownTextMrr, agreementAt10 }) => ({
    table: "bridge: candidates on held-out questions",
    method,
    parameters: Object.entries(parameters)
      .map(([name, value]) => `${name} ${value}`)
      .join(", "),
    "own text mrr": ownTextMrr,
    "agreement@10": agreementAt10,
  }));
}

const curveRows = ({ curve }: Bridge): BenchRow[] =>
  curve.map(({ texts, agreementAt10, ownTextMrr }) => ({
    ...{ table: "bridge: more texts", texts, "agreement@10": agreementAt10 },
    "own text mrr": ownTextMrr,
  }));

const show = ({ value, interval }: BridgeRecall): string =>
  `${value.toFixed(3)} [${interval.map((end) => end.toFixed(3)).join(", ")}]`;
