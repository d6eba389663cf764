import { beforeAll, describe, expect, it } from "vitest";
import { createKnownQuestions, rankPassages } from "embedtune/answered";
import { rowOf } from "embedtune/math";
import { answeredTables, searchAnswered } from "../../../examples/shared/pgvector-answered.js";
import type { Database } from "../../../examples/shared/pgvector-index.js";
import { answeredSet } from "../../support/answered-set.js";

/** PostgreSQL inside this process, where PGlite and its pgvector are installed. */
async function importDatabase() {
  try {
    const { PGlite } = await import("@electric-sql/pglite");
    const { vector } = await import("@electric-sql/pglite-pgvector");
    return { PGlite, vector };
  } catch {
    return null;
  }
}

const packages = await importDatabase();

describe.skipIf(packages === null)("PostgreSQL with pgvector", () => {
  const { passages, passageIds, known, asked } = answeredSet({ asked: 40, wrong: 0.1 });
  const settings = { weight: 0.3, neighbours: 12, temperature: 0.05 };
  let database: Database;

  beforeAll(async () => {
    const { PGlite, vector } = packages!;
    const db = await PGlite.create({ extensions: { vector } });
    await db.exec(`create extension vector; ${answeredTables(passages.cols)}`);
    const text = (values: Float32Array): string => `[${values.join(",")}]`;
    for (const [i, id] of passageIds.entries()) {
      await db.query("insert into passages values ($1, $2)", [id, text(rowOf(passages, i))]);
    }
    for (const [i, id] of known.ids.entries()) {
      const row = [id, known.passages[i], text(rowOf(known.vectors, i))];
      await db.query("insert into questions values ($1, $2, $3)", row);
    }
    database = db;
    return () => db.close();
  }, 240_000); // PostgreSQL initialises itself from nothing

  it("gives, by two searches and a merge, the top ten of comparing everything in memory", async () => {
    const questions = createKnownQuestions({ ...known, settings });
    let moved = 0;
    for (let i = 0; i < asked.rows; i++) {
      const query = rowOf(asked, i);
      const votes = questions.votes(query);
      const here = rankPassages({ query, passages, ids: passageIds, votes });
      const there = await searchAnswered(database, query, { settings });
      expect(there.map(({ id }) => id)).toEqual(here.map(({ id }) => id));
      for (const [j, { score }] of there.entries()) expect(score).toBeCloseTo(here[j].score, 5);
      const unvoted = rankPassages({ query, passages, ids: passageIds });
      if (unvoted[0].id !== here[0].id) moved++;
    }
    // The votes have a say, so that the agreement is not that of two cosines.
    expect(moved).toBeGreaterThan(5);
  });
});
