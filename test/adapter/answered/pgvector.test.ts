import { beforeAll, describe, expect, it } from "vitest";
import type { Matrix } from "embedtune";
import {
  addToMovedPassages,
  applyMovedPassages,
  createKnownQuestions,
  createMovedPassages,
  moveRows,
  rankPassages,
  removeFromMovedPassages,
  type MovedUpdate,
} from "embedtune/answered";
import { rowOf } from "embedtune/math";
import { answeredTables, searchAnswered } from "../../../examples/shared/pgvector-answered.js";
import type { Database } from "../../../examples/shared/pgvector-index.js";
import { rowRange } from "../../../src/math/matrix.js";
import { answeredSet } from "../../support/answered-set.js";
import { importPglite } from "../../support/pglite.js";

const packages = await importPglite();

describe.skipIf(packages === null)("PostgreSQL with pgvector", () => {
  const { passages, passageIds: ids, known, rows, asked } = answeredSet({ asked: 40, wrong: 0.1 });
  const settings = { weight: 0.3, neighbours: 12, temperature: 0.05 };
  const move = { kind: "mean", strength: 0.7 } as const;
  const pairs = { query: Uint32Array.from(rows.keys()), passage: rows };
  const moved = createMovedPassages(
    { moved: moveRows(passages, known.vectors, pairs, move), passages, ids },
    { move },
  );
  const questions = createKnownQuestions({ ...known, settings });
  let database: Database;

  const text = (values: Float32Array): string => `[${values.join(",")}]`;

  beforeAll(async () => {
    const { PGlite, vector } = packages!;
    const db = await PGlite.create({ extensions: { vector } });
    await db.exec(`create extension vector; ${answeredTables(passages.cols)}`);
    for (const [i, id] of ids.entries()) {
      await db.query("insert into passages values ($1, $2)", [id, text(rowOf(passages, i))]);
    }
    for (const [i, id] of known.ids.entries()) {
      const row = [id, known.passages[i], text(rowOf(known.vectors, i))];
      await db.query("insert into questions values ($1, $2, $3)", row);
    }
    database = db;
    return () => db.close();
  }, 240_000); // PostgreSQL initialises itself from nothing

  /** @returns For how many questions the votes changed the first passage. */
  async function expectSame(table: Matrix, names: readonly string[]): Promise<number> {
    let changed = 0;
    for (let i = 0; i < asked.rows; i++) {
      const query = rowOf(asked, i);
      const data = { query, passages: table, ids: names };
      const here = rankPassages({ ...data, votes: questions.votes(query) });
      const there = await searchAnswered(database, query, { settings });
      expect(there.map(({ id }) => id)).toEqual(here.map(({ id }) => id));
      for (const [j, { score }] of there.entries()) expect(score).toBeCloseTo(here[j].score, 5);
      if (rankPassages(data)[0].id !== here[0].id) changed++;
    }
    return changed;
  }

  async function write({ ids: names, vectors }: MovedUpdate["changed"]): Promise<void> {
    for (const [i, id] of names.entries()) {
      await database.query("update passages set embedding = $2 where id = $1", [
        id,
        text(rowOf(vectors, i)),
      ]);
    }
  }

  it("gives, by two searches and a merge, the top ten of comparing everything in memory", async () => {
    // The votes have a say, so that the agreement is not that of two cosines.
    expect(await expectSame(passages, ids)).toBeGreaterThan(5);
  });

  it("does so with moved passages, after answers came and went, and when a passage is gone", async () => {
    await write(moved);
    const table = { passages, ids };
    expect(await expectSame(applyMovedPassages(table, moved).vectors, ids)).toBeGreaterThan(0);

    const answer = { vectors: rowRange(asked, 0, 1), ids: ["new"], passages: ["p9"] };
    const grown = addToMovedPassages(moved, answer, { ids, vectors: passages });
    const first = { vectors: rowRange(known.vectors, 0, 1), passages: [ids[rows[0]]] };
    const less = removeFromMovedPassages(grown.moved, first);
    questions.add(answer);
    questions.remove([known.ids[0]]);
    await write(grown.changed);
    await write(less.changed);
    await database.query("insert into questions values ($1, $2, $3)", [
      ...["new", "p9", text(rowOf(asked, 0))],
    ]);
    await database.query("delete from questions where id = $1", [known.ids[0]]);
    await expectSame(applyMovedPassages(table, less.moved).vectors, ids);

    // Its known questions go with it, so that none points at nothing.
    await database.query("delete from passages where id = $1", [ids[0]]);
    questions.removePassages([ids[0]]);
    const rest = rowRange(applyMovedPassages(table, less.moved).vectors, 1, ids.length);
    await expectSame(rest, ids.slice(1));
  });
});
