import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom, encodeNpy } from "embedtune";
import { createMatrix } from "embedtune/math";
import { evaluateRun, parseQrels, parseRun } from "embedtune/evaluate";
import { saveAdapter } from "embedtune/node";
import { runCommand } from "./run-command.js";

let folder: string;
const at = (name: string): string => join(folder, name);
const inputs = (qrels: string): string[] => [
  ...["--query-vectors", at("queries.npy")],
  ...["--corpus-vectors", at("corpus.npy")],
  ...["--qrels", qrels],
];

/** Passages share the first half of their dimensions with their query; the second half is noise. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "evaluate-retrieval-"));
  const random = createRandom("vectors");
  const [n, d] = [60, 16];
  const queries = createMatrix(n, d);
  const corpus = createMatrix(n, d);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) {
      const shared = random.normal();
      queries.data[i * d + j] = j < d / 2 ? shared : 2 * random.normal();
      corpus.data[i * d + j] = j < d / 2 ? shared : 2 * random.normal();
    }
  }
  await writeFile(at("queries.npy"), encodeNpy(queries));
  await writeFile(at("corpus.npy"), encodeNpy(corpus));
  const judged = Array.from({ length: n }, (_, i) => `${i} 0 ${i} 1\n`);
  await writeFile(at("qrels.txt"), judged.join(""));
  const halves = createMatrix(d, d / 2);
  for (let j = 0; j < d / 2; j++) halves.data[j * (d / 2) + j] = 1;
  const side = { center: null, weights: halves };
  await saveAdapter(at("half.safetensors"), {
    inputDimensions: d,
    outputDimensions: d / 2,
    query: side,
    passage: side,
    metadata: { embedder: null, method: "first half" },
  });
});
afterAll(() => rm(folder, { recursive: true }));

interface Evaluated {
  readonly adapter: string | null;
  readonly n: number;
  readonly metrics: Record<string, number>;
  readonly intervals: Record<string, [number, number]>;
  readonly perQuery: Record<string, number[]>;
}

describe("embedtune evaluate, of vectors", () => {
  it("prints how many passages are their own query and take no rank, of a run and of vectors", async () => {
    await writeFile(at("own.qrels"), "a 0 c 1\nb 0 c 1\n");
    await writeFile(at("own.trec"), "a Q0 a 1 3 t\na Q0 c 2 2 t\nb Q0 b 1 3 t\nb Q0 c 2 2 t\n");
    const run = await runCommand(["evaluate", at("own.trec"), "--qrels", at("own.qrels")]);
    expect(run.stdout).toContain("2 passages have the id of their query and take no rank.");
    const three = createMatrix(3, 2, Float32Array.of(1, 0, 0, 1, 1, 1));
    await writeFile(at("own.npy"), encodeNpy(three));
    await writeFile(at("own-queries.npy"), encodeNpy(createMatrix(2, 2, three.data.slice(0, 4))));
    const vectors = ["--query-vectors", at("own-queries.npy"), "--corpus-vectors", at("own.npy")];
    await writeFile(at("own-queries.txt"), "a\nb\n");
    await writeFile(at("own.txt"), "a\nb\nc\n");
    const ids = ["--query-ids", at("own-queries.txt"), "--corpus-ids", at("own.txt")];
    const named = await runCommand(["evaluate", ...vectors, "--qrels", at("own.qrels"), ...ids]);
    expect(named.stdout).toContain("; 2 passages have the id of their query and take no rank.");
    expect(named.stdout).toMatch(/recall@1 +1\.000/);
    // Numbers of rows name nothing: query 0 is not passage 0.
    await writeFile(at("rows.qrels"), "0 0 2 1\n1 0 2 1\n");
    const rows = await runCommand(["evaluate", ...vectors, "--qrels", at("rows.qrels")]);
    expect(rows.stdout).not.toContain("take no rank");
    expect(rows.stdout).toMatch(/recall@1 +0\.000/);
  });

  it("gives every figure, untouched and adapted, with its interval", async () => {
    const untouched = await runCommand(["evaluate", ...inputs(at("qrels.txt")), "--json"]);
    const output = JSON.parse(untouched.stdout) as Evaluated;
    expect(output).toMatchObject({ adapter: null, n: 60 });
    expect(output.metrics["recall@1"]).toBeLessThan(0.8);
    expect(output.perQuery.mrr).toHaveLength(60);
    const [low, high] = output.intervals.mrr;
    const values = output.perQuery.mrr;
    const mean = values.reduce((sum, value) => sum + value, 0) / 60;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 59;
    expect(high - low).toBeCloseTo(2 * 1.95996 * Math.sqrt(variance / 60), 4);
    expect((low + high) / 2).toBeCloseTo(mean, 10);

    const adapter = at("half.safetensors");
    const flags = ["--adapter", adapter, "--save-run", at("run.trec")];
    const adapted = await runCommand(["evaluate", ...inputs(at("qrels.txt")), ...flags]);
    expect(adapted.stdout).toMatch(/recall@1 +1\.000 +1\.000 to 1\.000/);
    expect(adapted.stdout).toContain(`60 queries over 60 passages, ${adapter}.`);
    // The run it wrote says the same.
    const written = parseRun(await readFile(at("run.trec"), "utf8"));
    const qrels = parseQrels(await readFile(at("qrels.txt"), "utf8"));
    expect(evaluateRun(written, qrels).metrics.mrr).toBe(1);
  });

  it("evaluates a run as the library does, and says what is left out", async () => {
    const run = at("small.trec");
    await writeFile(run, "a Q0 1 1 0.9 x\na Q0 2 2 0.8 x\nb Q0 1 1 0.9 x\nz Q0 1 1 0.5 x\n");
    await writeFile(at("small.qrels"), "a 0 2 1\nb 0 1 2\nc 0 1 1\n");
    const flags = ["evaluate", run, "--qrels", at("small.qrels"), "--depths", "1,2"];
    const { stdout } = await runCommand([...flags, "--json"]);
    const qrels = parseQrels(await readFile(at("small.qrels"), "utf8"));
    const { metrics } = evaluateRun(parseRun(await readFile(run, "utf8")), qrels, { ks: [1, 2] });
    expect(JSON.parse(stdout)).toMatchObject({ n: 2, metrics, missing: 1, withoutJudgements: 1 });
    expect(metrics.mrr).toBe(0.75);
    const table = await runCommand(flags);
    expect(table.stdout).toMatch(/mrr +0\.750/);
    expect(table.stdout).toContain("1 judged queries are not in the run");
  });

  it("knows rows by their ids", async () => {
    const ids = Array.from({ length: 60 }, (_, i) => `id-${59 - i}\n`).join("");
    await writeFile(at("ids.txt"), ids);
    const judged = Array.from({ length: 60 }, (_, i) => `${i} 0 id-${59 - i} 1\n`);
    await writeFile(at("named.txt"), judged.join(""));
    const named = await runCommand([
      ...["evaluate", ...inputs(at("named.txt"))],
      ...["--corpus-ids", at("ids.txt"), "--json"],
    ]);
    const plain = await runCommand(["evaluate", ...inputs(at("qrels.txt")), "--json"]);
    expect(JSON.parse(named.stdout)).toEqual(JSON.parse(plain.stdout));
  });
});

interface Compared {
  readonly verdict: { readonly verdict: string; readonly metric: string };
  readonly changes: { readonly won: number; readonly lost: number; readonly tied: number };
  readonly sentence: string;
}

describe("embedtune compare", () => {
  it("says whether an adapter is better than none, and than itself", async () => {
    const adapter = at("half.safetensors");
    const { code, stdout } = await runCommand(["compare", adapter, ...inputs(at("qrels.txt"))]);
    expect(code).toBe(0);
    expect(stdout).toContain(`before: untouched\nafter:  ${adapter}`);
    expect(stdout).toContain("Better at the 95 % level: mrr went from");
    const same = await runCommand([
      ...["compare", adapter, adapter, ...inputs(at("qrels.txt"))],
      ...["--json", "--metric", "recall@10"],
    ]);
    expect(same.code).toBe(0);
    const output = JSON.parse(same.stdout) as Compared;
    expect(output.verdict).toMatchObject({ verdict: "inconclusive", metric: "recall@10" });
    expect(output.changes).toEqual({ won: 0, lost: 0, tied: 60 });
  });

  it("compares two runs question by question, what one lacks counting as not found", async () => {
    const lines = (rank: number, count: number): string =>
      Array.from({ length: count }, (_, i) =>
        [1, 2, 3].map((at) => `q${i} Q0 ${at === rank ? "right" : `w${at}`} ${at} ${1 / at} x\n`),
      )
        .flat()
        .join("");
    await writeFile(at("a.trec"), lines(2, 29));
    await writeFile(at("b.trec"), lines(1, 30));
    const qrels = Array.from({ length: 30 }, (_, i) => `q${i} 0 right 1\n`).join("");
    await writeFile(at("ab.qrels"), qrels);
    const flags = ["--qrels", at("ab.qrels")];
    const better = await runCommand(["compare", at("a.trec"), at("b.trec"), ...flags]);
    expect(better.code).toBe(0);
    expect(better.stdout).toContain("Better at the 95 % level: mrr went from 0.483 to 1.000");
    expect(better.stdout).toContain("Queries won 30, lost 0, tied 0.");
    expect(better.stdout).toContain("1 queries are missing in");
    const worse = await runCommand(["compare", at("b.trec"), at("a.trec"), ...flags, "--json"]);
    expect(worse.code).toBe(0);
    expect((JSON.parse(worse.stdout) as Compared).verdict.verdict).toBe("worse");
  });

  it("names a line of the judgements that is wrong, in one sentence", async () => {
    await writeFile(at("bad.txt"), "0 0 0 1\n1 0 1 yes\n");
    const run = await runCommand(["evaluate", ...inputs(at("bad.txt"))]);
    expect([run.code, run.stdout]).toEqual([1, ""]);
    expect(run.stderr).toBe(`${at("bad.txt")}:2: grade must be an integer, received "yes"\n`);
  });
});
