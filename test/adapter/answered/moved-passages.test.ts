import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromRows, identityAdapter, type Matrix } from "embedtune";
import {
  addToMovedPassages,
  adapterFingerprint,
  applyMovedPassages,
  createMovedPassages,
  moveRows,
  removeFromMovedPassages,
  type Move,
  type MovedPassages,
  type MovedPassagesOptions,
} from "embedtune/answered";
import { gatherRows, rowOf } from "embedtune/math";
import { answeredSet } from "../../support/answered-set.js";

const moves: Move[] = [
  { kind: "mean", strength: 2 },
  { kind: "mean", strength: 0.7 },
  { kind: "step", strength: 0.4 },
];
const set = answeredSet({ passages: 6, perPassage: 5, d: 5 });
const { passages, passageIds: ids, known, rows } = set;
const corpus = { ids, vectors: passages };

/** The known questions of these places, as answered rows. */
const answered = (places: readonly number[]): { vectors: Matrix; passages: string[] } => ({
  vectors: gatherRows(known.vectors, places),
  passages: places.map((place) => known.passages[place]),
});

/** Moved by the questions of these places at once. */
function movedBy(
  places: readonly number[],
  move: Move,
  options: Partial<MovedPassagesOptions> = {},
): MovedPassages {
  const pairs = {
    query: Uint32Array.from(places),
    passage: Uint32Array.from(places, (place) => rows[place]),
  };
  const moved = moveRows(passages, known.vectors, pairs, move);
  return createMovedPassages({ moved, passages, ids }, { move, ...options });
}

/** By id, so that the order of the table does not matter. */
const byId = ({ ids: names, vectors }: Pick<MovedPassages, "ids" | "vectors">) =>
  new Map(names.map((id, i) => [id, rowOf(vectors, i)]));

describe("moved passages", () => {
  it.each(moves)("stand in their places of the table, and no other row changes ($kind)", (move) => {
    const moved = movedBy([1, 3, 7], move);
    expect(moved.ids).toEqual(["p1", "p3"]);
    const before = passages.data.slice();
    const { vectors, rows: changed, unknown } = applyMovedPassages({ passages, ids }, moved);
    expect(passages.data).toEqual(before);
    expect([...changed]).toEqual([1, 3]);
    expect(unknown).toEqual([]);
    for (let row = 0; row < passages.rows; row++) {
      const at = moved.ids.indexOf(ids[row]);
      const expected = at < 0 ? rowOf(passages, row) : rowOf(moved.vectors, at);
      expect(rowOf(vectors, row)).toEqual(expected);
    }
    expect(rowOf(vectors, 1)).not.toEqual(rowOf(passages, 1));
    // A part of a corpus is served alike, and what it lacks is named.
    const part = { passages: gatherRows(passages, [3, 4]), ids: ["p3", "p4"] };
    const there = applyMovedPassages(part, moved);
    expect([...there.rows]).toEqual([0]);
    expect(there.unknown).toEqual(["p1"]);
    expect(rowOf(there.vectors, 0)).toEqual(rowOf(vectors, 3));
  });

  it("are where a fit with all questions would put them, however they came and went", () => {
    const place = fc.nat(known.ids.length - 1);
    fc.assert(
      fc.property(
        fc.constantFrom(...moves),
        fc.uniqueArray(place, { maxLength: 12 }),
        fc.uniqueArray(place, { maxLength: 12 }),
        (move, first, later) => {
          const added = later.filter((at) => !first.includes(at));
          const start = movedBy(first, move);
          const kept = structuredClone(start);
          const grown = addToMovedPassages(start, answered(added), corpus);
          expect(start).toEqual(kept);
          expectSame(grown.moved, movedBy([...first, ...added], move));
          for (const [id, vector] of byId(grown.changed)) {
            expect(byId(grown.moved).get(id)).toEqual(vector);
          }
          // And back: those that were there first go, then the rest.
          const before = structuredClone(grown.moved);
          const less = removeFromMovedPassages(grown.moved, answered(first));
          expect(grown.moved).toEqual(before);
          expectSame(less.moved, movedBy(added, move));
          const empty = removeFromMovedPassages(less.moved, answered(added));
          expect(empty.moved.ids).toEqual([]);
          // At home again, to the bit.
          for (const [id, vector] of byId(empty.changed)) {
            expect(vector).toEqual(rowOf(passages, ids.indexOf(id)));
          }
        },
      ),
      { numRuns: 100, seed: 1 },
    );
  });

  function expectSame(moved: MovedPassages, expected: MovedPassages): void {
    const vectors = byId(moved);
    expect([...vectors.keys()].sort()).toEqual([...expected.ids].sort());
    for (const [id, vector] of byId(expected)) {
      for (const [j, value] of vector.entries()) expect(vectors.get(id)![j]).toBeCloseTo(value, 6);
    }
    const counts = (form: MovedPassages) =>
      new Map(form.ids.map((id, i) => [id, form.origins!.counts[i]]));
    expect(counts(moved)).toEqual(counts(expected));
  }

  it("give the very bits of the fit where questions are only added", () => {
    for (const move of moves) {
      const all = [0, 6, 12, 1];
      const { moved } = addToMovedPassages(
        movedBy(all.slice(0, 2), move),
        answered([12, 1]),
        corpus,
      );
      expect(moved).toEqual(movedBy(all, move));
    }
  });

  it("go home to the bit, though their length was not quite 1", () => {
    const table = fromRows([[0.8, 0.6002]]);
    const names = { ids: ["a"], vectors: table };
    const none = { query: new Uint32Array(0), passage: new Uint32Array(0) };
    // Of sums in 64 bits, .1 + .2 - .2 is not .1: something is left over.
    const rest = { vectors: fromRows([[0.28, -0.96], [0.6, 0.8], [1, 1e-9]]), passages: ["a", "a", "a"] }; // prettier-ignore
    for (const move of moves) {
      const moved = moveRows(table, table, none, move);
      const start = createMovedPassages({ moved, passages: table, ids: ["a"] }, { move });
      const grown = addToMovedPassages(start, rest, names);
      expect(grown.changed.vectors).not.toEqual(table);
      const back = removeFromMovedPassages(grown.moved, rest);
      expect(back.changed).toEqual(names);
      expect(back.moved).toEqual(start);
    }
  });

  it("leave a passage where it is when questions cancel out or are opposite to it", () => {
    const table = fromRows([
      [1, 0],
      [0, 1],
    ]);
    const names = { ids: ["a", "b"], vectors: table };
    const none = { query: new Uint32Array(0), passage: new Uint32Array(0) };
    for (const move of moves) {
      const start = createMovedPassages(
        { moved: moveRows(table, table, none, move), passages: table, ids: names.ids },
        { move },
      );
      const rest = { vectors: fromRows([[0, 1], [0, -1]]), passages: ["a", "a"] }; // prettier-ignore
      expect(byId(addToMovedPassages(start, rest, names).changed).get("a")).toEqual(
        Float32Array.of(1, 0),
      );
      const opposite = { vectors: fromRows([[0, -1]]), passages: ["b"] };
      expect(byId(addToMovedPassages(start, opposite, names).changed).get("b")).toEqual(
        Float32Array.of(0, 1),
      );
    }
  });

  it("are updated by nothing at all", () => {
    const moved = movedBy([1], moves[0]);
    const nothing = { vectors: gatherRows(known.vectors, []), passages: [] };
    expect(addToMovedPassages(moved, nothing, { ids: [], vectors: fromRows([]) }).moved).toEqual(
      moved,
    );
    expect(removeFromMovedPassages(moved, nothing).changed.ids).toEqual([]);
  });

  it("refuse questions that cannot be added or taken back, by name", () => {
    const moved = movedBy([1, 7], moves[0]);
    const stranger = { ...answered([2]), passages: ["nowhere"] };
    expect(() => addToMovedPassages(moved, stranger, corpus)).toThrow(
      'addToMovedPassages: passages must be in the corpus, received "nowhere"',
    );
    expect(() => removeFromMovedPassages(moved, stranger)).toThrow(
      'removeFromMovedPassages: passages[0] must be one that the question was added to, received "nowhere"',
    );
    // Once too often, and another question than was added.
    expect(() => removeFromMovedPassages(moved, answered([1, 7, 1]))).toThrow(
      'removeFromMovedPassages: passages[2] must be one that the question was added to, received "p1"',
    );
    expect(() => removeFromMovedPassages(moved, answered([1, 1]))).toThrow(
      /vectors of "p1" must be such that 0 are left, received "a sum of length/,
    );
    const frozen = { ...moved, origins: null };
    expect(() => removeFromMovedPassages(frozen, answered([1]))).toThrow(
      "removeFromMovedPassages: moved.origins must be kept, to be updated, received null",
    );
    const long = { vectors: fromRows([[2, 0, 0, 0, 0]]), passages: ["p1"] };
    expect(() => addToMovedPassages(moved, long, corpus)).toThrow("row 0 must have length 1");
    const flat = { vectors: fromRows([[1, 0]]), passages: ["p1"] };
    expect(() => addToMovedPassages(moved, flat, corpus)).toThrow(
      "must have the same dimensions, received 2 and 5",
    );
    const longHome = { ids: ["p2"], vectors: fromRows([[2, 0, 0, 0, 0]]) };
    expect(() => addToMovedPassages(moved, answered([2]), longHome)).toThrow(
      "addToMovedPassages: corpus.vectors of the passages: row 0 must have length 1",
    );
    const flatHome = { ids: ["p2"], vectors: fromRows([[1, 0]]) };
    expect(() => addToMovedPassages(moved, answered([2]), flatHome)).toThrow(
      "addToMovedPassages: corpus.vectors and moved passages must have the same dimensions",
    );
    const twice = { ids: ["p2", "p2"], vectors: gatherRows(passages, [2, 2]) };
    expect(() => addToMovedPassages(moved, answered([2]), twice)).toThrow(
      'addToMovedPassages: corpus.ids[1] must be an id that stands once, received "p2"',
    );
  });

  it("refuse tables and parts that do not fit, by name", () => {
    const moved = movedBy([1], moves[0]);
    expect(() => applyMovedPassages({ passages, ids: ["p1"] }, moved)).toThrow(
      "applyMovedPassages: ids must name one per row (6), received 1",
    );
    const double = { passages: gatherRows(passages, [1, 1]), ids: ["p1", "p1"] };
    expect(() => applyMovedPassages(double, moved)).toThrow(
      'applyMovedPassages: ids[1] must be an id that stands once, received "p1"',
    );
    const flat = { passages: fromRows([[1, 0]]), ids: ["p1"] };
    expect(() => applyMovedPassages(flat, moved)).toThrow("received 2 and 5");
    const rowsMoved = moveRows(
      passages,
      known.vectors,
      { query: Uint32Array.of(1), passage: Uint32Array.of(1) },
      moves[0],
    );
    const make =
      (changed: object, move: object = moves[0]) =>
      () =>
        createMovedPassages(
          { moved: rowsMoved, passages, ids, ...changed },
          { move: move as Move },
        );
    expect(make({ ids: ids.map(() => "same") })).toThrow(
      'createMovedPassages: ids[1] must be an id that stands once, received "same"',
    );
    expect(make({ ids: [] })).toThrow("createMovedPassages: ids must name one per row (6)");
    expect(make({}, { kind: "jump", strength: 1 })).toThrow(
      'createMovedPassages: move.kind must be "mean" or "step", received "jump"',
    );
    expect(make({}, { kind: "mean", strength: NaN })).toThrow(
      "move.strength must be a number >= 0",
    );
    const sums = rowsMoved.sums.map(() => NaN);
    expect(make({ moved: { ...rowsMoved, sums } })).toThrow("sums[0] must be a finite number");
    expect(make({ moved: { ...rowsMoved, counts: new Uint32Array(2) } })).toThrow(
      "sums and counts must have 5 and 1 values, received 5 and 2",
    );
  });

  it("are refused with another embedder or adapter than they were made for", () => {
    const adapter = identityAdapter(5);
    const metadata = { embedder: "e5", adapter: adapterFingerprint(adapter) };
    const moved = movedBy([1], moves[0], { metadata });
    const table = { passages, ids };
    expect(applyMovedPassages(table, moved, { embedder: "e5", adapter }).rows).toHaveLength(1);
    expect(() => applyMovedPassages(table, moved, { embedder: "bge" })).toThrow(
      'applyMovedPassages: embedder must be "e5", which the vectors come from, received "bge"',
    );
    expect(() => applyMovedPassages(table, moved, { adapter: identityAdapter(4) })).toThrow(
      "applyMovedPassages: adapter must be that of the vectors",
    );
  });
});
