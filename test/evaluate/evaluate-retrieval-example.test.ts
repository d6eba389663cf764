import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom, encodeNpy } from "embedtune";
import { createMatrix } from "embedtune/math";
import { evaluateRun, parseQrels, parseRun } from "embedtune/evaluate";
import { saveAdapter } from "embedtune/node";

const root = fileURLToPath(new URL("../..", import.meta.url));
let folder: string;
const at = (name: string): string => join(folder, name);
const run = (...args: string[]) =>
  promisify(execFile)(
    process.execPath,
    ["--import", "tsx", "examples/evaluate-retrieval.ts", ...args],
    { cwd: root },
  );
const inputs = (qrels: string): string[] => [
  ...["--queries", at("queries.npy")],
  ...["--corpus", at("corpus.npy")],
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

interface Output {
  readonly adapter: string | null;
  readonly n: number;
  readonly metrics: Record<string, number>;
  readonly perQuery: Record<string, number[]>;
  readonly compare: { metrics: Record<string, number> };
  readonly comparison: { verdict: { verdict: string; metric: string }; sentence: string };
}

describe("examples/evaluate-retrieval.ts", () => {
  it("evaluates vectors under two adapters and says which is better", async () => {
    const { stdout } = await run(
      ...inputs(at("qrels.txt")),
      ...["--compare", at("half.safetensors"), "--json", at("out.json"), "--run", at("run.trec")],
    );
    const output = JSON.parse(await readFile(at("out.json"), "utf8")) as Output;
    expect(output).toMatchObject({ adapter: null, n: 60 });
    expect(output.compare.metrics["recall@1"]).toBe(1);
    expect(output.metrics["recall@1"]).toBeLessThan(0.8);
    expect(output.perQuery.mrr).toHaveLength(60);
    expect(output.comparison.verdict).toMatchObject({ verdict: "better", metric: "mrr" });
    expect(stdout).toContain("Better at the 95 % level: mrr went from");

    // The run it wrote says the same of the second system.
    const written = parseRun(await readFile(at("run.trec"), "utf8"));
    const qrels = parseQrels(await readFile(at("qrels.txt"), "utf8"));
    expect(evaluateRun(written, qrels).metrics.mrr).toBe(1);
  });

  it("names a line of the judgements that is wrong, in one sentence", async () => {
    await writeFile(at("bad.txt"), "0 0 0 1\n1 0 1 yes\n");
    const error = await run(...inputs(at("bad.txt"))).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 1, stdout: "" });
    expect((error as { stderr: string }).stderr).toBe(
      `${at("bad.txt")}:2: grade must be an integer, received "yes"\n`,
    );
  });
});
