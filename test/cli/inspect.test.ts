import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  createFunctionEmbedder,
  createHashingEmbedder,
  encodeNpy,
  fromRows,
  identityAdapter,
  serveForm,
  tune,
  withCache,
} from "embedtune";
import { createMatrix } from "embedtune/math";
import {
  createLmdbStore,
  saveAdapter,
  saveDecision,
  saveKnownQuestions,
  saveMovedPassages,
} from "embedtune/node";
import { runCommand } from "./run-command.js";

const folder = mkdtempSync(join(tmpdir(), "embedtune-inspect-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

async function inspect(path: string, ...flags: string[]) {
  const text = await runCommand(["inspect", path, ...flags]);
  const json = await runCommand(["inspect", path, ...flags, "--json"]);
  expect([text.code, text.stderr, json.code, json.stderr]).toEqual([0, "", 0, ""]);
  return { text: text.stdout, result: JSON.parse(json.stdout) as Record<string, unknown> };
}

describe("embedtune inspect", () => {
  it("says what an adapter was made for, its verdict, and how far it is from the identity", async () => {
    const weights = fromRows([
      [1, 3, 0],
      [0, 1, 0],
      [4, 0, 1],
    ]);
    const path = at("adapter.safetensors");
    await saveAdapter(path, {
      ...identityAdapter(3, "some/model/3"),
      query: { center: Float32Array.of(0, 0, 2), weights },
      metadata: {
        embedder: "some/model/3",
        method: "rca",
        side: "query",
        parameters: { lambda: 0.1 },
        verdict: "use it",
        sentence: "Use it: mrr went from 0.4 to 0.5.",
      },
    });
    const { text, result } = await inspect(path);
    expect(text).toMatch(/made for +some\/model\/3/);
    expect(text).toMatch(/query side +a 3 × 3 matrix, 5 from the identity/);
    expect(text).toMatch(/passage side +unchanged/);
    expect(text).toContain("\nUse it: mrr went from 0.4 to 0.5.\n");
    expect(result).toMatchObject({
      kind: "adapter",
      inputDimensions: 3,
      sides: {
        query: { map: "matrix", differenceToIdentity: 5, centerLength: 2 },
        passage: { map: "identity", differenceToIdentity: 0, centerLength: 0 },
      },
    });
  });

  it("says the same distance of a low rank as of the matrix that it stands for, and none of a reduction", async () => {
    const side = (lowRank: { left: number[][]; right: number[][] }) => ({
      center: null,
      weights: null,
      lowRank: { left: fromRows(lowRank.left), right: fromRows(lowRank.right) },
    });
    await saveAdapter(at("low.safetensors"), {
      ...identityAdapter(2),
      query: side({ left: [[3], [0]], right: [[0, 4]] }),
      metadata: { embedder: null, method: "by hand" },
    });
    const low = await inspect(at("low.safetensors"));
    expect(low.result).toMatchObject({ sides: { query: { differenceToIdentity: 12 } } });
    const reduced = { center: null, weights: createMatrix(2, 1, Float32Array.of(1, 0)) };
    await saveAdapter(at("reduced.safetensors"), {
      inputDimensions: 2,
      outputDimensions: 1,
      query: reduced,
      passage: reduced,
      metadata: { embedder: null, method: "by hand" },
    });
    const { result } = await inspect(at("reduced.safetensors"));
    expect(result).toMatchObject({ sides: { query: { differenceToIdentity: null } } });
  });

  it("counts pairs as tune does: repetitions, contradictions, groups, lengths", async () => {
    const rows = [
      { query: "Who?", passage: "She.", label: 1, group: "a" },
      { query: "Who?", passage: "She.", label: 1, group: "a" },
      { query: "Who?", passage: "He.", label: 0, group: "a" },
      { query: "Who?", passage: "He.", label: 1, group: "a" },
      { query: "A longer question", passage: "x".repeat(300), label: 1, group: "b" },
    ];
    writeFileSync(at("pairs.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
    const { text, result } = await inspect(at("pairs.jsonl"));
    expect(result).toMatchObject({
      kind: "texts",
      pairs: 5,
      labels: { "0": 0, "1": 2 },
      queries: 2,
      passages: 3,
      duplicatePairs: 2, // the contradiction says again which two texts are meant
      contradictions: 1,
      groups: 2,
      lengths: { query: { longest: 17 }, passage: { shortest: 3, median: 4, longest: 300 } },
    });
    expect(text).toContain(`${"x".repeat(99)}…\n`);
    expect(text).toMatch(/read as +JSON lines, fields query, passage, /);
  });

  it("knows the folder of a decision, its probes, and what is served beside an adapter", async () => {
    const topics = ["refund", "invoice", "password", "calendar"];
    const pairs = Array.from({ length: 40 }, (_, i) => ({
      query: `${topics[i % 4]} question ${i}`,
      passage: `About the ${topics[i % 4]}`,
    }));
    const embedder = createHashingEmbedder({ dimensions: 32 });
    const decision = await tune(pairs, { embedder, candidates: ["rca"] });
    const folder = at("tuned");
    await saveDecision(folder, decision);
    const whole = await inspect(folder);
    expect(whole.result).toMatchObject({
      ...{ kind: "decision", verdict: decision.verdict, sentence: decision.sentence },
      ...{ labels: { questions: 40 }, embedding: { embedder: embedder.id } },
    });
    expect(whole.text).toContain(decision.sentence);
    expect(whole.text).not.toMatch(/^own passages/m);
    const ownPassages = at("own-passages");
    const among = { ...decision, corpus: { ...decision.corpus, ownPassages: 7 } };
    await saveDecision(ownPassages, among);
    expect((await inspect(ownPassages)).text).toMatch(
      /^own passages +7 of the judged questions, without a rank$/m,
    );
    expect(whole.text).toMatch(/^probes.safetensors +for embedtune check$/m);
    const probes = await inspect(join(folder, "probes.safetensors"));
    expect(probes.result).toMatchObject({
      ...{ kind: "probes", passages: 4, dimensions: 32, texts: false, learntQuestions: 40 },
    });
    expect(probes.text).toMatch(/^made for +hashing\/char-3-5\/32\/v1$/m);

    const data = { ...decision.vectors, pairs: decision.texts.pairs };
    for (const form of decision.forms) {
      const { moved, known } = serveForm(form, data);
      const path = at(`${form.name}.safetensors`);
      if (moved !== null) await saveMovedPassages(path, moved);
      else await saveKnownQuestions(path, known!);
      const served = await inspect(path);
      expect(served.result).toMatchObject({ kind: form.name, sentence: form.sentence });
      expect(served.text).toContain(form.sentence);
    }
    expect(decision.forms).toHaveLength(2);
  });

  it("reads tables by the names of their columns, or those that flags give, and passages alone", async () => {
    writeFileSync(at("known.csv"), 'Question;Answer\n"who; me?";yes\nwho else?;no\n');
    const known = await inspect(at("known.csv"));
    expect(known.result).toMatchObject({ pairs: 2, queries: 2 });
    expect(known.text).toContain("CSV with semicolons");
    writeFileSync(at("odd.csv"), "a,b\nwho?,yes\n");
    const flags = ["--query-column", "a", "--passage-column", "b"];
    expect((await inspect(at("odd.csv"), ...flags)).result).toMatchObject({ pairs: 1 });
    writeFileSync(at("passages.txt"), "one passage\nanother\n");
    expect((await inspect(at("passages.txt"))).result).toMatchObject({ pairs: 0, passages: 2 });
  });

  it("says of vectors their shape, lengths, and the rows that are none", async () => {
    writeFileSync(
      at("v.npy"),
      encodeNpy(
        fromRows([
          [3, 4],
          [0, 0],
          [Number.NaN, 1],
          [0, 1],
        ]),
      ),
    );
    const { result } = await inspect(at("v.npy"));
    expect(result).toMatchObject({
      rows: 4,
      dimensions: 2,
      lengths: { shortest: 1, longest: 5 },
      zeros: 1,
      notFinite: 1,
    });
  });

  it("says of a cache how many vectors of which embedders it keeps, and which are damaged", async () => {
    const store = createLmdbStore({ path: at("cache") });
    const embedder = (id: string, dimensions: number) =>
      createFunctionEmbedder((texts) => texts.map(() => new Float32Array(dimensions).fill(1)), {
        id,
        dimensions,
      });
    await withCache(embedder("a/model", 4), store).embed(["one", "two"]);
    await withCache(embedder("b/model", 6), store).embed(["one"], { side: "query" });
    await store.writeMany([["b/model:query:x", new Uint8Array(20)]]);
    await store.close();
    const { text, result } = await inspect(at("cache"));
    expect(result).toMatchObject({
      kind: "cache",
      entries: 4,
      embedders: [
        { embedder: "a/model:passage", entries: 2, dimensions: [4], damaged: 0 },
        { embedder: "b/model:query", entries: 2, dimensions: [6], damaged: 1 },
      ],
    });
    expect(text).toMatch(/a\/model:passage +2 +4/);
  });
});
