import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createHashingEmbedder,
  createMemoryStore,
  createRandom,
  tune,
  type TunedDecision,
} from "embedtune";
import {
  loadAdapter,
  loadDecision,
  loadKnownQuestions,
  loadMovedPassages,
  saveDecision,
} from "embedtune/node";
import { labelsToReview, renderReport } from "embedtune/report";
import { decodeSafetensors } from "../../../src/adapter/safetensors.js";
import { decisionFigures } from "../../../src/tune/files/decision-figures.js";
import { intents } from "../corpora.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "decision-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Intents as texts with vectors made beforehand. */
async function decide(): Promise<TunedDecision> {
  const { queries, passages, pairs } = intents(220, 12);
  return tune(
    {
      queries: Array.from({ length: queries.rows }, (_, i) => ({ id: `q${i}`, text: `ask ${i}` })),
      corpus: Array.from({ length: passages.rows }, (_, i) => ({
        id: `p${i}`,
        text: `answer ${i}`,
      })),
      qrels: Array.from(pairs.query, (q, i) => ({
        ...{ queryId: `q${q}`, passageId: `p${pairs.passage[i]}`, score: 1 },
      })),
    },
    { vectors: { queries, corpus: passages, embedder: "test/intents" }, candidates: ["rca"] },
  );
}

describe("saveDecision", () => {
  it("writes what is judged, to be read back", async () => {
    const decision = await decide();
    expect(decision.verdict).toBe("use it");
    const paths = await saveDecision(join(folder, "new", "out"), decision);
    expect(await loadAdapter(paths[0])).toEqual(decision.adapter);
    expect(await loadAdapter(paths[1])).toEqual(decision.best.adapter);
    expect(await loadAdapter(paths[2])).toEqual(decision.bestQueryOnly.adapter);
    const figures = JSON.parse(await readFile(paths[3], "utf8")) as Record<string, unknown>;
    expect(figures).toMatchObject({
      ...{ verdict: "use it", sentence: decision.sentence, figures: decision.figures },
      ...{ judgedQuestions: 220, read: decision.texts.counts },
      best: { method: "rca", expected: decision.best.expected },
    });
    const lines = (await readFile(paths[4], "utf8")).trim().split("\n");
    expect(lines).toHaveLength(220);
    const { row, before, after, bestOfAll, nearest } = decision.questions[7];
    expect(JSON.parse(lines[7])).toMatchObject({
      ...{ id: `q${row}`, text: `ask ${row}`, rank: { before, after, bestOfAll } },
      before: { right: { id: `p${nearest.before.right}`, text: `answer ${nearest.before.right}` } },
    });
    for (const form of decision.forms.filter(({ verdict }) => verdict === "use it")) {
      const name = form.name.replace(" ", "-");
      const path = paths.find((written) => written.endsWith(`${name}.safetensors`))!;
      const load = form.name === "moved passages" ? loadMovedPassages : loadKnownQuestions;
      expect((await load(path)).metadata?.sentence).toBe(form.sentence);
      expect(await loadAdapter(path.replace(name, `${name}-adapter`))).toEqual(form.adapter);
    }
  });

  it("keeps vectors of a sample of passages, and no text unless asked", async () => {
    const decision = await decide();
    const path = join(folder, "probes");
    const read = async (): Promise<ReturnType<typeof decodeSafetensors>> =>
      decodeSafetensors(await readFile(join(path, "probes.safetensors")), "test");
    await saveDecision(path, decision, { texts: false });
    const { tensors, metadata } = await read();
    expect(tensors.vectors.shape).toEqual([12, 24]);
    expect(metadata).toMatchObject({ embedder: "test/intents", side: "passage" });
    expect(JSON.parse(metadata.hashes)).toHaveLength(12);
    expect(metadata.texts).toBeUndefined();
    for (const name of await readdir(path)) {
      expect(await readFile(join(path, name), "latin1")).not.toMatch(/ask \d|answer \d/);
    }
    await saveDecision(path, decision, { probeTexts: true });
    expect(JSON.parse((await read()).metadata.texts)).toContain("answer 3");
  });

  it("writes the same bytes for the same seed", async () => {
    const bytes = async (name: string): Promise<Record<string, Buffer>> => {
      const paths = await saveDecision(join(folder, name), await decide());
      // The record tells seconds.
      const timeless = paths.filter((path) => !path.endsWith("decision.json.gz"));
      const files = await Promise.all(timeless.map((path) => readFile(path)));
      return Object.fromEntries(
        files.map((content, i) => [timeless[i].replace(name, ""), content]),
      );
    };
    expect(await bytes("one")).toEqual(await bytes("two"));
  });

  it("leaves no form of an earlier decision beside another adapter", async () => {
    const path = join(folder, "twice");
    const decision = await decide();
    const first = await saveDecision(path, decision);
    expect(first.some((name) => name.endsWith("moved-passages.safetensors"))).toBe(true);
    await writeFile(join(path, "notes.txt"), "mine");
    const second = await saveDecision(path, { ...decision, forms: [] });
    expect((await readdir(path)).sort()).toEqual(
      [...second.map((name) => basename(name)), "notes.txt"].sort(),
    );
  });

  it("writes the same figures whether or not a cache had the vectors", async () => {
    const cache = createMemoryStore();
    const pairs = Array.from({ length: 12 }, (_, i) => ({ query: `q ${i}`, passage: `p ${i}` }));
    const figures = async (): Promise<unknown> => {
      const embedder = createHashingEmbedder({ dimensions: 16 });
      return decisionFigures(await tune(pairs, { embedder, cache, candidates: ["rca"] }));
    };
    const first = await figures();
    expect(await figures()).toEqual(first);
    expect(first).toMatchObject({ embedding: { dimensions: 16 } });
  });

  it("names rows by number where not all have an id", async () => {
    const random = createRandom("ids");
    const vector = (): number[] => Array.from({ length: 8 }, () => random.normal());
    const pairs = Array.from({ length: 30 }, (_, i) => ({ query: `q ${i}`, passage: `p ${i}` }));
    const vectors = { queries: pairs.map(vector), corpus: pairs.map(vector) };
    const decision = await tune(pairs, { vectors, candidates: ["rca"], forms: false });
    const paths = await saveDecision(join(folder, "rows"), decision);
    const [line] = (await readFile(paths[4], "utf8")).split("\n");
    expect(JSON.parse(line)).toMatchObject({ id: decision.questions[0].row });
  });

  it("reads back all but vectors, for the same page", async () => {
    const decision = await decide();
    const path = join(folder, "record");
    await saveDecision(path, decision);
    const { vectors, ...rest } = decision;
    const kept = await loadDecision(path);
    const forms = rest.forms.map(({ adapter: _, moved: __, ...form }) => form);
    expect(kept).toEqual({ ...rest, forms });
    const page = await renderReport(rest);
    expect(await renderReport(kept)).toBe(page);
    expect(vectors.queries.rows).toBe(220);
  });

  it("keeps texts out of the record, and ids in their place", async () => {
    const path = join(folder, "record-without");
    await saveDecision(path, await decide(), { texts: false });
    const { texts } = await loadDecision(path);
    expect([texts.queries[3], texts.passages[4]]).toEqual(["q3", "p4"]);
    expect(texts.groups).toBeUndefined();
  });

  it("finds the same labels to review in a record without texts: ids are none", async () => {
    const near = "the plan can be paid back within thirty days of its first payment";
    const passages = [
      near,
      `${near}!`,
      ...Array.from({ length: 10 }, (_, i) => `about thing ${i}`),
    ];
    const corpus = passages.map((text, i) => ({ id: i < 6 ? "p".repeat(i + 1) : `P${i}`, text }));
    const queries = corpus.map(({ id }, i) => ({
      id: i < 6 ? id : id.toLowerCase(),
      text: `ask ${i}`,
    }));
    const more = { id: "Pp", text: "about something else altogether" };
    const qrels = corpus.map(({ id }, i) => ({ queryId: queries[i].id, passageId: id, score: 1 }));
    const decision = await tune(
      { queries, corpus: [...corpus, more], qrels },
      { embedder: createHashingEmbedder({ dimensions: 16 }), candidates: ["rca"], forms: false },
    );
    const found = labelsToReview(decision);
    expect(found.map(({ reason, passageId }) => `${reason} ${passageId}`)).toContain("near copy p");
    const path = join(folder, "review");
    await saveDecision(path, decision, { texts: false });
    expect(labelsToReview(await loadDecision(path))).toEqual(found);
    await saveDecision(path, decision);
    expect(labelsToReview(await loadDecision(path))).toEqual(found);
  });

  it("refuses the decision of fitAdapter, which has no texts", async () => {
    const { texts: _, vectors: __, embedding: ___, ...fitted } = await decide();
    const path = join(folder, "fitted");
    await expect(saveDecision(path, fitted as never)).rejects.toThrow(
      "saveDecision: decision must be that of tune or tuneFiles",
    );
  });

  it("names a record that is missing or damaged", async () => {
    await expect(loadDecision(join(folder, "nowhere"))).rejects.toThrow(
      "decision.json.gz: cannot read",
    );
    const path = join(folder, "damaged");
    await saveDecision(path, await decide());
    const file = join(path, "decision.json.gz");
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, 100));
    await expect(loadDecision(path)).rejects.toThrow("decision.json.gz: damaged");
    await writeFile(file, gzipSync("{}"));
    await expect(loadDecision(path)).rejects.toThrow("must be the record of a decision");
  });

  it("names the folder that cannot be made", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    await expect(saveDecision(file, await decide())).rejects.toThrow(
      `${file}: cannot make the folder`,
    );
  });
});
