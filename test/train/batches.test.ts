import { describe, expect, it } from "vitest";
import { fromRows } from "../../src/math/matrix.js";
import { createBatches } from "../../src/train/loop/batches.js";
import { cosineMse } from "../../src/train/losses/cosine-mse.js";
import { infoNce } from "../../src/train/losses/info-nce.js";
import { columns } from "./shared.js";

// Passages 0 and 3 are one text. Query 0 has matches 0 and 1, query 1 match 2, query 2 match 3.
const data = {
  queries: fromRows([
    [1, 0],
    [0, 1],
    [1, 2],
  ]),
  passages: fromRows([
    [1, 1],
    [2, 1],
    [1, 3],
    [1, 1],
    [5, 1],
    [6, 1],
  ]),
  pairs: columns([
    [0, 0, 1],
    [0, 4, 0],
    [0, 1, 1],
    [1, 2, 1],
    [1, 4, 0],
    [1, 5, 0],
    [2, 3, 1],
  ]),
};
const all = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i);

describe("batches of labelled pairs", () => {
  it("hold each text once where no masks tell its rows apart", () => {
    const { count, plan } = createBatches(data, cosineMse(), {
      repeatRows: false,
      minedNegatives: 4,
      batchPassages: "paired",
    });
    expect(count).toBe(7);
    const batch = plan(Uint32Array.of(1, 4, 0));
    expect([...batch.queryRows]).toEqual([0, 1]);
    expect([...batch.passageRows]).toEqual([4, 0]);
    expect(batch.pairs).toEqual(
      columns([
        [0, 0, 0],
        [1, 0, 0],
        [0, 1, 1],
      ]),
    );
  });

  it("hold a row per pair and side where every pair has masks of its own", () => {
    const { plan } = createBatches(data, cosineMse(), {
      repeatRows: true,
      minedNegatives: 4,
      batchPassages: "paired",
    });
    const batch = plan(Uint32Array.of(1, 4, 0));
    expect([...batch.queryRows]).toEqual([0, 1, 0]);
    expect([...batch.passageRows]).toEqual([4, 4, 0]);
    expect([...batch.pairs.query]).toEqual([0, 1, 2]);
    expect([...batch.pairs.passage]).toEqual([0, 1, 2]);
  });
});

describe("ranking batches of all passages", () => {
  it("hold every row of the table, and know all matches among them", () => {
    const { plan } = createBatches(data, infoNce(), {
      ...{ repeatRows: false, minedNegatives: 1, batchPassages: "all" },
    });
    const { passageRows, pairs, queryRows, knownMatches } = plan(Uint32Array.of(0));
    expect([...passageRows]).toEqual([...all(data.passages.rows)]);
    expect([...pairs.passage].map((place) => passageRows[place])).toContain(0);
    const matches = new Set(
      [...knownMatches!.query].map((q, i) => `${queryRows[q]}-${knownMatches!.passage[i]}`),
    );
    for (let i = 0; i < data.pairs.label.length; i++) {
      if (data.pairs.label[i] === 1 && data.pairs.query[i] === queryRows[0]) {
        expect(matches).toContain(`${queryRows[0]}-${data.pairs.passage[i]}`);
      }
    }
  });
});

describe("ranking batches", () => {
  const source = createBatches(data, infoNce(), {
    repeatRows: false,
    minedNegatives: 1,
    batchPassages: "paired",
  });

  it("shuffle the matching pairs and bring at most so many mined negatives per query along", () => {
    expect(source.count).toBe(4);
    const { queryRows, passageRows, pairs } = source.plan(Uint32Array.of(2));
    const rows = [...pairs.label].map((label, i) => [
      queryRows[pairs.query[i]],
      passageRows[pairs.passage[i]],
      label,
    ]);
    expect(rows).toEqual([
      [1, 2, 1],
      [1, 4, 0],
    ]);
  });

  it("know every match in the batch, further ones and duplicates of the positive included", () => {
    const { queryRows, passageRows, knownMatches } = source.plan(all(4));
    const known = Array.from(knownMatches?.query ?? [], (query, i) =>
      [queryRows[query], passageRows[(knownMatches?.passage ?? [])[i]]].join("-"),
    );
    expect(known.sort()).toEqual(["0-0", "0-1", "0-3", "1-2", "2-0", "2-3"]);
  });
});
