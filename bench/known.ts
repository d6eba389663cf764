/**
 * `npm run bench -- known`: what answered questions give beside a map: passages moved toward their questions, and known
 * questions that vote, on the test pairs of the sets whose passages have questions, with what the judge expected. Beside
 * them the map alone, nearest known questions without a map, and NUDGE from its authors' package, where it is installed.
 *
 *   --sets clinc,xquad    some of them
 *   --labels 300,1000     numbers of labels of clinc; all of them are always tried
 *   --noise 20            runs on shuffled labels
 *   --passages 10000 --questions 100000   the size at which settings are chosen for a given map, 384-d, on 5,000 questions
 *   --python python3      an interpreter that has nudge-ft
 */
import { createRandom } from "../src/base/random.js";
import { drawLabels } from "./gain/cells.js";
import { mean, rounded } from "./gain/part.js";
import { testFigures, type TestFigures } from "./gain/test-figures.js";
import { nudge } from "./known/nudge.js";
import { countOption, type BenchOptions, type BenchRow } from "./rows.js";
import { neuralEmbedders, readSet, setsArePresent, type VectorSet } from "./sets.js";
import { pythonOf } from "./python.js";
import type { PairColumns } from "../src/data/types.js";
import type { Form } from "../src/tune/forms/form.js";
import { identityAdapter } from "../src/adapter/identity.js";
import { createMatrix } from "../src/math/matrix.js";
import { fitForms } from "../src/tune/fit-forms.js";
import { fitAdapter } from "../src/tune/fit-adapter.js";
import type { Decision, FormDecision } from "../src/tune/verdict/decision.js";

export async function run(options: BenchOptions): Promise<readonly BenchRow[]> {
  if (!setsArePresent) {
    console.log("known: skipped, since the shared data is not here (../shared/data/sets)");
    return [];
  }
  const sets = (options.get("sets") ?? "clinc,xquad").split(",").filter((name) => name !== "");
  const counts = options.get("labels")?.split(",").map(Number) ?? [300, 1000];
  const python = pythonOf(options);
  const rows: BenchRow[] = [];
  for (const name of sets) {
    for (const embedder of neuralEmbedders) {
      const set = readSet(name, embedder);
      for (const labels of [...(name === "clinc" ? counts : []), "all"] as const) {
        rows.push(...(await cell(set, { name, embedder, labels, python })));
      }
    }
  }
  return [
    ...rows,
    ...(await noise(sets, Number(options.get("noise") ?? 20))),
    await atScale(
      countOption(options, "passages", 10_000),
      countOption(options, "questions", 100_000),
    ),
  ];
}

/** How long choosing takes beside a given map: questions are their passage behind noise. */
async function atScale(passages: number, questions: number): Promise<BenchRow> {
  const d = 384;
  const random = createRandom("known");
  const table = createMatrix(passages, d);
  for (let i = 0; i < table.data.length; i++) table.data[i] = random.next() - 0.5;
  const queries = createMatrix(questions, d);
  const passage = new Uint32Array(questions);
  for (let i = 0; i < questions; i++) {
    passage[i] = random.integer(passages);
    for (let j = 0; j < d; j++) {
      queries.data[i * d + j] = table.data[passage[i] * d + j] + 4 * (random.next() - 0.5);
    }
  }
  const query = Uint32Array.from(passage.keys());
  const pairs = { query, passage, label: new Uint8Array(questions).fill(1) };
  const began = performance.now();
  const forms = await fitForms(
    identityAdapter(d),
    { queries, passages: table, pairs },
    { mostQuestions: 5000 },
  );
  return {
    table: "answered questions: choosing beside a given map, 384-d, on 5,000 questions",
    passages,
    questions,
    seconds: (performance.now() - began) / 1000,
    "peak MB": Math.round(process.resourceUsage().maxRSS / 1024),
    verdicts: forms.map(({ name, verdict }) => `${name}: ${verdict}`).join(", "),
  };
}

interface Cell {
  readonly name: string;
  readonly embedder: string;
  readonly labels: number | "all";
  readonly python: string;
}

async function cell(
  { queries, passages, train, test }: VectorSet,
  { name, embedder, labels, python }: Cell,
): Promise<BenchRow[]> {
  const pairs = drawLabels(train, labels, 1);
  const began = performance.now();
  const decision = await fitAdapter({ queries, passages, pairs }, { seed: 1 });
  const seconds = (performance.now() - began) / 1000;
  const measure = testFigures(queries, passages, test);
  const nearest = {
    name: "known questions",
    votes: { weight: 0.5, neighbours: 16, temperature: 0.05 },
  } as const;
  const alone = await measure(decision.best.adapter);
  const others: [string, Figures][] = [
    ["untouched", await measure(null)],
    ["nearest questions, weight .5", await measure(null, { form: nearest, pairs })],
    ["map alone", alone],
  ];
  const moved = nudge(python, [name, embedder], pairs);
  if (moved !== null) {
    for (const kind of ["NUDGE-M", "NUDGE-N"] as const) {
      others.push([kind, { recallAt1: moved[kind]["recall@1"], mrr: moved[kind].mrr }]);
    }
  }
  const row = (method: string, figures: Figures, judged?: Judged): BenchRow => ({
    table: "answered questions: figures on the test pairs",
    ...{ set: name, embedder, labels: pairs.label.length, method },
    "R@1": rounded(figures.recallAt1),
    MRR: rounded(figures.mrr),
    verdict: judged?.verdict ?? "",
    expected: judged === undefined ? "" : rounded(judged.expected.gain),
    low: judged === undefined ? "" : rounded(judged.expected.low),
    high: judged === undefined ? "" : rounded(judged.expected.high),
    true: judged === undefined ? "" : rounded(figures.mrr - others[0][1].mrr),
    seconds: method === "map alone" ? seconds : "",
    what: judged?.what ?? "",
  });
  const forms: [FormDecision, TestFigures][] = [];
  for (const form of decision.forms) {
    const served = { form: formOf(form), pairs };
    forms.push([form, await measure(form.adapter, served)]);
  }
  const best = Math.max(alone.mrr, ...forms.map(([, { mrr }]) => mrr));
  const rival = Math.max(...others.map(([, { mrr }]) => mrr));
  return [
    ...others.map(([method, figures]) =>
      row(method, figures, method === "map alone" ? judgedMap(decision) : undefined),
    ),
    ...forms.map(([form, figures]) =>
      row(form.name, figures, {
        ...form,
        what: `${form.method} ${JSON.stringify(form.parameters)} ${JSON.stringify(form.move ?? form.votes)}`,
      }),
    ),
    {
      table: "answered questions: the best form at most .005 below the best of the others",
      ...{ set: name, embedder, labels: pairs.label.length },
      "best form": rounded(best),
      "best of the others": rounded(rival),
      "worst form less map alone": rounded(
        Math.min(...forms.map(([, { mrr }]) => mrr)) - alone.mrr,
      ),
      met: best >= rival - 0.005 ? "yes" : "no",
    },
  ];
}

const formOf = ({ move, votes }: FormDecision): Form =>
  move === null ? { name: "known questions", votes: votes! } : { name: "moved passages", move };

type Figures = Pick<TestFigures, "recallAt1" | "mrr">;
type Judged = Pick<FormDecision, "verdict" | "expected"> & { readonly what: string };

function judgedMap({ verdict, best }: Decision): Judged {
  const what = `${best.method} ${JSON.stringify(best.parameters)}`;
  return {
    verdict: verdict === "untested" ? "not shown" : verdict,
    expected: best.expected!,
    what,
  };
}

/** How often a form is to be used where labels are shuffled among the questions. */
async function noise(sets: readonly string[], runs: number): Promise<BenchRow[]> {
  const decisions: Decision[] = [];
  for (let i = 0; i < runs; i++) {
    const name = sets[i % sets.length];
    const embedder = neuralEmbedders[Math.floor(i / sets.length) % neuralEmbedders.length];
    const { queries, passages, train } = readSet(name, embedder);
    const pairs = drawLabels(train, [100, 300][i % 2], i + 1);
    const passage = createRandom(`${i + 1}/shuffled`).shuffle(pairs.passage.slice());
    const shuffled: PairColumns = { ...pairs, passage };
    decisions.push(await fitAdapter({ queries, passages, pairs: shuffled }, { seed: i + 1 }));
  }
  if (runs === 0) return [];
  const names = [...new Set(decisions.flatMap(({ forms }) => forms.map(({ name }) => name)))];
  return names.map((name) => {
    const own = decisions.flatMap(({ forms }) => forms.filter((form) => form.name === name));
    return {
      table: "answered questions: shuffled labels",
      form: name,
      runs: own.length,
      "use it": own.filter(({ verdict }) => verdict === "use it").length,
      "mean expected gain": rounded(mean(own.map(({ expected }) => expected.gain))),
    };
  });
}
