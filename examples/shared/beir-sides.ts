import type { LabelledVectors, Matrix } from "embedtune";
import { gatherRows } from "embedtune/math";
import { readBeir } from "embedtune/node";

/** Labelled vectors, and the names of their passages. */
export interface NamedVectors extends LabelledVectors {
  readonly passageIds: readonly string[];
}

/** A BEIR folder with both sides of its split, once there are vectors for its lines. */
export interface BeirSides {
  /** As they are embedded: a passage is its title, a space and its text. */
  readonly texts: { readonly queries: readonly string[]; readonly corpus: readonly string[] };
  /** The questions of one side alone, each against the whole corpus; row i is line i of the file. */
  sides(
    queries: Matrix,
    passages: Matrix,
  ): { readonly train: NamedVectors; readonly test: NamedVectors };
}

/** Reads the judgements `train` and `test` of a BEIR folder in which each question has right passages alone. */
export async function readBeirSides(folder: string): Promise<BeirSides> {
  const train = await readBeir(folder, { split: "train" });
  const test = await readBeir(folder, { split: "test" });
  const { queries, corpus } = train;
  const passageIds = corpus.map(({ id }) => id);
  const queryRow = new Map(queries.map(({ id }, row) => [id, row]));
  const passageRow = new Map(passageIds.map((id, row) => [id, row]));
  const sideOf = ({ qrels }: typeof train, asked: Matrix, passages: Matrix): NamedVectors => {
    const ids = [...new Set(qrels.map(({ queryId }) => queryId))];
    const rowOfAsked = new Map(ids.map((id, row) => [id, row]));
    const pairs = {
      query: Uint32Array.from(qrels, ({ queryId }) => rowOfAsked.get(queryId)!),
      passage: Uint32Array.from(qrels, ({ passageId }) => passageRow.get(passageId)!),
      label: Uint8Array.from(qrels, ({ score }) => Number(score > 0)),
    };
    const rows = ids.map((id) => queryRow.get(id)!);
    return { queries: gatherRows(asked, rows), passages, pairs, passageIds };
  };
  return {
    texts: {
      queries: queries.map(({ text }) => text),
      corpus: corpus.map(({ title, text }) => `${title ?? ""} ${text}`.trim()),
    },
    sides: (asked, passages) => ({
      train: sideOf(train, asked, passages),
      test: sideOf(test, asked, passages),
    }),
  };
}
