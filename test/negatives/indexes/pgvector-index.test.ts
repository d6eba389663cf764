import { beforeAll, describe, expect, it } from "vitest";
import { createPgvectorIndex, type Database } from "../../../examples/shared/pgvector-index.js";
import { createMatrix, rowOf } from "../../../src/math/matrix.js";
import { createRandom } from "../../../src/base/random.js";
import { mineHardNegatives } from "../../../src/negatives/mining/mine-hard-negatives.js";
import { createVectorIndex } from "../../../src/negatives/indexes/vector-index.js";
import { createVectorLookup } from "../../../src/negatives/indexes/text-vectors.js";
import { gold } from "../support.js";
import { importPglite } from "../../support/pglite.js";

const packages = await importPglite();

describe.skipIf(packages === null)("mining a table of PostgreSQL with pgvector", () => {
  const random = createRandom(9);
  const rows = (count: number) =>
    createMatrix(
      count,
      8,
      Float32Array.from({ length: count * 8 }, () => random.normal()),
    );
  const texts = {
    queries: Array.from({ length: 12 }, (_, i) => `question ${i}`),
    passages: Array.from({ length: 60 }, (_, i) => `it's passage ${i}`),
  };
  const vectors = { queries: rows(12), passages: rows(60) };
  const pairs = texts.queries.map((query, i) => gold(query, texts.passages[i]));
  let database: Database;

  beforeAll(async () => {
    const { PGlite, vector } = packages!;
    const db = await PGlite.create({ extensions: { vector } });
    await db.exec(
      "create extension vector; create table passages (text text primary key, embedding vector(8)); create index on passages using hnsw (embedding vector_cosine_ops)",
    );
    for (const [i, text] of texts.passages.entries()) {
      const embedding = `[${rowOf(vectors.passages, i).join(",")}]`;
      await db.query("insert into passages values ($1, $2)", [text, embedding]);
    }
    database = db;
    return () => db.close();
  }, 240_000); // PostgreSQL initialises itself from nothing

  it("gives the negatives that comparing all vectors here gives, margins included", async () => {
    const vectorOf = createVectorLookup(texts.queries, vectors.queries);
    const there = createPgvectorIndex(database, { table: "passages", vectorOf });
    const here = createVectorIndex(texts, vectors);
    const options = { numNegatives: 3, relativeMargin: 0.05, minScore: -0.5, rangeMax: 20 };
    const expected = await mineHardNegatives(pairs, here, options);
    const mined = await mineHardNegatives(pairs, there, options);
    expect(mined.counts).toEqual(expected.counts);
    expect(mined.counts.mined).toBeGreaterThan(12);
    for (const [i, { negatives, positives }] of mined.queries.entries()) {
      const same = expected.queries[i];
      expect(negatives.map(({ text }) => text)).toEqual(same.negatives.map(({ text }) => text));
      expect(positives[0].score).toBeCloseTo(same.positives[0].score!, 5);
    }
  });

  it("names the positive that the table lacks", async () => {
    const vectorOf = createVectorLookup(texts.queries, vectors.queries);
    const index = createPgvectorIndex(database, { table: "passages", vectorOf });
    const stranger = [gold(texts.queries[0], "not in the table")];
    await expect(mineHardNegatives(stranger, index, { absoluteMargin: 0 })).rejects.toThrow(
      'score of index.score for query "question 0" and passage "not in the table" must be a finite number, received NaN',
    );
  });
});
