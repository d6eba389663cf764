/**
 * `npm run bench -- answered [--seed N]`: answered questions as they are served, on invented vectors. What votes and moved
 * passages change where one label in ten is wrong, how near one unfiltered search comes to two filtered ones, and the time
 * that a question takes in memory.
 */
import {
  applyMovedPassages,
  createKnownQuestions,
  createMovedPassages,
  createPassageRanker,
  mergeMixed,
  moveRows,
  rankPassages,
} from "embedtune/answered";
import { createRandom, type Matrix } from "embedtune";
import { createMatrix, normalizeRows, rowOf, topK } from "embedtune/math";
import { answeredTables, searchAnswered } from "../examples/shared/pgvector-answered.js";
import { importPglite } from "../test/support/pglite.js";
import { answeredSet, type AnsweredSet } from "../test/support/answered-set.js";
import type { BenchOptions, BenchRow } from "./rows.js";

const settings = { weight: 0.4, neighbours: 10, temperature: 0.05 };
const move = { kind: "mean", strength: 0.7 } as const;
const set = { passages: 300, perPassage: 6, asked: 500, d: 24 };

export async function run(options: BenchOptions): Promise<readonly BenchRow[]> {
  const seed = Number(options.get("seed") ?? 1);
  const served = await fromPostgres(seed);
  return [...gains(seed), ...overlaps(seed), ...times(seed), ...together(seed), ...served];
}

/** What the second search adds in PostgreSQL with pgvector, in this process (PGlite), where it is installed. */
async function fromPostgres(seed: number): Promise<BenchRow[]> {
  const size = { passages: 1000, perPassage: 5, asked: 100, d: 384, seed };
  const { passages, passageIds: ids, known, asked } = answeredSet(size);
  const packages = await importPglite();
  if (packages === null) {
    console.log("pgvector: skipped, since PGlite is not installed");
    return [];
  }
  const database = await packages.PGlite.create({ extensions: { vector: packages.vector } });
  await database.exec(`create extension vector; ${answeredTables(size.d)}; begin`);
  const text = (matrix: Matrix, row: number): string => `[${rowOf(matrix, row).join(",")}]`;
  for (const [i, id] of ids.entries()) {
    await database.query("insert into passages values ($1, $2)", [id, text(passages, i)]);
  }
  for (const [i, id] of known.ids.entries()) {
    const row = [id, known.passages[i], text(known.vectors, i)];
    await database.query("insert into questions values ($1, $2, $3)", row);
  }
  await database.exec("commit");
  const median = async (ask: (row: number) => Promise<unknown>): Promise<number> => {
    const took: number[] = [];
    for (let i = 0; i < asked.rows; i++) {
      const began = performance.now();
      await ask(i);
      took.push(performance.now() - began);
    }
    return took.sort((a, b) => a - b)[took.length >> 1];
  };
  const nearest = `select id, 1 - (embedding <=> $1) as score from passages order by embedding <=> $1, id limit 10`;
  const one = await median((i) => database.query(nearest, [text(asked, i)]));
  const two = await median((i) => searchAnswered(database, rowOf(asked, i), { settings }));
  await database.close();
  return [
    {
      table:
        "PostgreSQL with pgvector in this process, no index: 1,000 passages, 5,000 known questions, 384-d",
      "ms, passages alone": one,
      "ms, with known questions": two,
      "ms added": two - one,
    },
  ];
}

/** Known questions with the labels that the set gives them, and the passages that these labels move. */
function formsOf({ passages, passageIds: ids, known }: AnsweredSet) {
  const rows = new Map(ids.map((id, row) => [id, row]));
  const pairs = {
    query: Uint32Array.from(known.ids.keys()),
    passage: Uint32Array.from(known.passages, (id) => rows.get(id)!),
  };
  const moved = createMovedPassages(
    { moved: moveRows(passages, known.vectors, pairs, move), passages, ids },
    { move },
  );
  return {
    questions: createKnownQuestions({ ...known, settings }),
    table: applyMovedPassages({ passages, ids }, moved).vectors,
  };
}

function gains(seed: number): BenchRow[] {
  return [0, 0.1].flatMap((wrong) => {
    const data = answeredSet({ ...set, seed, wrong });
    const { passages, passageIds: ids, asked, answers } = data;
    const { questions, table } = formsOf(data);
    return [false, true].flatMap((moves) =>
      [false, true].map((votes): BenchRow => {
        let first = 0;
        for (let i = 0; i < asked.rows; i++) {
          const query = rowOf(asked, i);
          const [best] = rankPassages(
            {
              ...{ query, passages: moves ? table : passages, ids },
              votes: votes ? questions.votes(query) : undefined,
            },
            { limit: 1 },
          );
          if (best.id === ids[answers[i]]) first++;
        }
        return {
          table: `${set.passages} passages, ${set.perPassage} known questions each: right passages that stand first`,
          "wrong labels": `${100 * wrong} %`,
          "moved passages": moves ? "yes" : "no",
          "known questions": votes ? "yes" : "no",
          "recall@1": first / asked.rows,
        };
      }),
    );
  });
}

function overlaps(seed: number): BenchRow[] {
  const data = answeredSet({ ...set, seed });
  const { passages, passageIds: ids, known, asked } = data;
  const { questions } = formsOf(data);
  const together = createMatrix(passages.rows + known.ids.length, passages.cols);
  together.data.set(passages.data);
  together.data.set(known.vectors.data, passages.data.length);
  return [20, 40, 80, 160].map((length) => {
    const { indices, scores } = topK(asked, together, length);
    let common = 0;
    for (let i = 0; i < asked.rows; i++) {
      const query = rowOf(asked, i);
      const exact = rankPassages({ query, passages, ids, votes: questions.votes(query) });
      const hits = Array.from({ length }, (_, j) => {
        const [row, score] = [indices[i * length + j], scores[i * length + j]];
        const question = row - passages.rows;
        return question < 0
          ? { id: ids[row], score }
          : { id: known.ids[question], passage: known.passages[question], score };
      });
      const found = new Set(mergeMixed(hits, { settings }).map(({ id }) => id));
      common += exact.filter(({ id }) => found.has(id)).length;
    }
    return {
      table: "One unfiltered search in place of two filtered ones",
      "rows in the list": length,
      "overlap@10": common / (10 * asked.rows),
    };
  });
}

function times(seed: number): BenchRow[] {
  const random = createRandom(seed);
  const d = 384;
  const draw = (rows: number): Matrix =>
    normalizeRows(
      createMatrix(
        rows,
        d,
        Float32Array.from({ length: rows * d }, () => random.next() - 0.5),
      ),
    );
  return [1_000, 10_000, 50_000].map((rows) => {
    const ids = Array.from({ length: rows }, (_, i) => `p${i}`);
    const passages = draw(rows);
    const parts = { vectors: draw(rows), ids: ids.map((id) => `q${id}`), passages: ids };
    const questions = createKnownQuestions({ ...parts, settings });
    const asked = draw(20);
    const timed = (ask: (query: Float32Array) => unknown): number => {
      ask(rowOf(asked, 0));
      const start = performance.now();
      for (let i = 0; i < asked.rows; i++) ask(rowOf(asked, i));
      return (performance.now() - start) / asked.rows;
    };
    return {
      table: `Milliseconds a question takes in memory, ${d} dimensions`,
      rows,
      "votes of known questions": timed((query) => questions.votes(query)),
      "ranking of passages": timed((query) => rankPassages({ query, passages, ids })),
    };
  });
}

/** A question answered in one process: the ranker, and a comparison with everything, whose result must be the same. */
function together(seed: number): BenchRow[] {
  const size = { passages: 10_000, perPassage: 10, asked: 1000, d: 384, seed };
  const { passages, passageIds: ids, known: rows, asked } = answeredSet(size);
  const known = createKnownQuestions({ ...rows, settings: { ...settings, neighbours: 16 } });
  const ranker = createPassageRanker({ passages, ids, known });
  // The first question waits for the rows to be brought where they stay.
  ranker.rank(rowOf(asked, 0));
  const took: number[] = [];
  let same = 0;
  for (let i = 0; i < asked.rows; i++) {
    const query = rowOf(asked, i);
    const began = performance.now();
    const best = ranker.rank(query);
    took.push(performance.now() - began);
    const votes = known.votes(query);
    const exact = rankPassages({ query, passages, ids, votes });
    if (JSON.stringify(best) === JSON.stringify(exact)) same++;
  }
  took.sort((a, b) => a - b);
  return [
    {
      table: "10,000 passages and 100,000 known questions, 384-d: one question in one process",
      questions: asked.rows,
      "ms, median": took[Math.floor(asked.rows / 2)],
      "ms, 95 %": took[Math.floor(0.95 * asked.rows)],
      "same top ten as comparing all": same,
      "peak MB": Math.round(process.resourceUsage().maxRSS / 1024),
    },
  ];
}
