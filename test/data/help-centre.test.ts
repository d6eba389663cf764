import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { decodeNpy } from "embedtune";
import { readBeir } from "embedtune/node";

const folder = fileURLToPath(new URL("../../examples/data/help-centre", import.meta.url));
const sha256 = (data: string | Uint8Array): string =>
  createHash("sha256").update(data).digest("hex");
const train = await readBeir(folder, { split: "train" });
const test = await readBeir(folder, { split: "test" });
const queries = new Map(train.queries.map((query) => [query.id, query]));
const passages = new Map(train.corpus.map((passage) => [passage.id, passage]));
const judgements = [...train.qrels, ...test.qrels];

/** Ids of an article's questions. */
const questionsOf = (article: string): string[] =>
  judgements.filter(({ passageId }) => passageId === article).map(({ queryId }) => queryId);
const plain = (text: string): string => text.toLowerCase().replaceAll(/\W+/g, " ").trim();

describe("the help centre", () => {
  it("has the texts and the split that were committed before anything was embedded", () => {
    const digests = ["corpus.jsonl", "queries.jsonl", "qrels/train.tsv", "qrels/test.tsv"].map(
      (file) => sha256(readFileSync(`${folder}/${file}`)),
    );
    expect(digests).toEqual([
      "b498dcffdccd3c982b8c7b14b0dd09acae60fecb1da8033d6283301810988bec",
      "7ab688c3fd2ea32cbf1616f1e5a66e8a52f015d814d776b55b506c556fef87b5",
      "2dc8c2b47bd9632b606eee0ec92ea1f96177072e3bd3abe090a045743268fc18",
      "13e0dd76d114f2e2ddbae09d242dcda10981f133d1adb6e22d100dbf5bc05c12",
    ]);
  });

  it("has 480 questions, each about one of 40 articles, and 10 articles that nobody asks about", () => {
    expect(queries.size).toBe(480);
    expect(passages.size).toBe(50);
    const counts = [...passages.keys()].map((id) => questionsOf(id).length);
    expect(counts.filter((count) => count === 12)).toHaveLength(40);
    expect(counts.filter((count) => count === 0)).toHaveLength(10);
    expect(judgements.every(({ score }) => score === 1)).toBe(true);
  });

  it("has every question on one side of the split, drawn by the digests of the ids", () => {
    const all = judgements.map(({ queryId }) => queryId);
    expect(all.sort()).toEqual([...queries.keys()].sort());
    const drawn = [...passages.keys()].flatMap((article) =>
      questionsOf(article)
        .sort((a, b) => (sha256(`1/${a}`) < sha256(`1/${b}`) ? -1 : 1))
        .slice(0, 4),
    );
    expect(test.qrels.map(({ queryId }) => queryId).sort()).toEqual(drawn.sort());
  });

  it("repeats no question, and no question has the title of its article in it", () => {
    const texts = [...queries.values()].map(({ text }) => plain(text));
    expect(new Set(texts).size).toBe(queries.size);
    for (const { queryId, passageId } of judgements) {
      const title = plain(passages.get(passageId)!.title!);
      expect(` ${plain(queries.get(queryId)!.text)} `).not.toContain(` ${title} `);
    }
  });

  it("has articles of 60 to 140 words under titles of their own", () => {
    const articles = [...passages.values()];
    for (const { text } of articles) {
      const words = text.split(/\s+/).length;
      expect(words).toBeGreaterThanOrEqual(60);
      expect(words).toBeLessThanOrEqual(140);
    }
    expect(new Set(articles.map(({ title }) => plain(title!))).size).toBe(articles.length);
  });

  it.each([
    ["queries", 480],
    ["corpus", 50],
  ])("has a vector of length 1 for each line of %s", (name, rows) => {
    const matrix = decodeNpy(readFileSync(`${folder}/minilm-${name}.npy`), name);
    expect([matrix.rows, matrix.cols]).toEqual([rows, 384]);
    const seen = new Set<string>();
    for (let row = 0; row < rows; row++) {
      const vector = matrix.data.subarray(row * 384, (row + 1) * 384);
      // A half keeps eleven bits, so that a length may be off by some parts in ten thousand.
      expect(Math.abs(Math.hypot(...vector) - 1)).toBeLessThan(3e-4);
      seen.add(vector.join());
    }
    expect(seen.size).toBe(rows);
  });

  it("has its vectors in the order of its lines", () => {
    // Under vectors in another order the share would be about one in fifty.
    const [asked, articles] = ["queries", "corpus"].map((name) =>
      decodeNpy(readFileSync(`${folder}/minilm-${name}.npy`), name),
    );
    const rowOf = new Map([...passages.keys()].map((id, row) => [id, row]));
    const right = new Map(judgements.map(({ queryId, passageId }) => [queryId, passageId]));
    const cosine = (query: number, article: number): number => {
      let sum = 0;
      for (let i = 0; i < 384; i++)
        sum += asked.data[query * 384 + i] * articles.data[article * 384 + i];
      return sum;
    };
    const found = [...queries.keys()].filter((id, query) => {
      const own = cosine(query, rowOf.get(right.get(id)!)!);
      return [...rowOf.values()].every((article) => cosine(query, article) <= own);
    });
    expect(found.length).toBeGreaterThan(queries.size / 4);
  });

  it("names its licence, and that of the model", () => {
    const readme = readFileSync(`${folder}/README.md`, "utf8");
    expect(readme).toMatch(/^Licence: MIT/m);
    expect(readme).toContain("Apache-2.0");
  });
});
