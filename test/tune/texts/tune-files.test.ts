import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createFunctionEmbedder, createMemoryStore, tune, type TextPair } from "embedtune";
import { tuneFiles } from "embedtune/node";

let folder: string;
let file: string;
const pairs: TextPair[] = Array.from({ length: 24 }, (_, i) => ({
  query: `question ${i}`,
  passage: `answer ${i % 6}`,
}));
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tune-files-"));
  file = join(folder, "pairs.csv");
  const lines = pairs.map(({ query, passage }) => `${query};${passage}`);
  await writeFile(file, ["Question;Answer", ...lines].join("\r\n"));
});
afterAll(() => rm(folder, { recursive: true }));

const embed = vi.fn((texts: readonly string[]) =>
  texts.map((text) => [text.length, Number(text.match(/\d+/)![0]), 1]),
);
const embedder = createFunctionEmbedder(embed, { id: "counted" });
const quick = { candidates: ["rca"], forms: false } as const;

describe("tuneFiles", () => {
  it("decides on a file as tune decides on what it holds, and says what it took it for", async () => {
    const { source, ...decision } = await tuneFiles(file, { embedder, cache: null, ...quick });
    const reference = await tune(pairs, { embedder, ...quick });
    expect(decision.best).toEqual(reference.best);
    expect(decision.sentence).toBe(reference.sentence);
    expect(source.format).toBe("CSV with semicolons, columns Question → query, Answer → passage");
  });

  it("keeps vectors in a folder, or in a store, and asks for none twice", async () => {
    const caches = [join(folder, "cache"), createMemoryStore()];
    for (const cache of caches) {
      await tuneFiles(file, { embedder, cache, ...quick });
      embed.mockClear();
      await tuneFiles(file, { embedder, cache, ...quick });
      expect(embed).not.toHaveBeenCalled();
    }
  });

  it("makes no cache where vectors are given", async () => {
    const rows = pairs.map(({ query }, i) => [query.length, i, 1]);
    const cache = join(folder, "none");
    await tuneFiles(file, { vectors: { queries: rows, corpus: rows }, cache, ...quick });
    expect(existsSync(cache)).toBe(false);
  });

  it("names the file and line of what is wrong", async () => {
    const broken = join(folder, "broken.jsonl");
    await writeFile(
      broken,
      '{"query":"a","passage":"b"}\n{"query":"a","passage":"c","label":"maybe"}\n',
    );
    await expect(tuneFiles(broken, { embedder, cache: null })).rejects.toThrow("broken.jsonl:2");
  });

  it.each([
    ["no options", undefined, "tuneFiles: embedder must be given"],
    ["no embedder", { embedder: null }, "tuneFiles: embedder must be an Embedder"],
    ["no vectors", { vectors: null }, "tuneFiles: vectors must be { queries, corpus }"],
    [
      "a cache of another kind",
      { embedder, cache: 5 },
      "tuneFiles: cache must be a folder, a store",
    ],
    [
      "a cache without a name",
      { embedder, cache: "" },
      "tuneFiles: cache must be a folder, a store",
    ],
  ])("refuses %s by name", async (_, options, message) => {
    await expect(tuneFiles(file, options as never)).rejects.toThrow(message);
  });
});
