import { createRandom, type LabelledVectors } from "embedtune";
import { createMatrix } from "embedtune/math";
import {
  prepareLabelledCorpus,
  type LabelledCorpus,
} from "../../src/tune/claims/labelled-corpus.js";

/** Random vectors with the given pairs of rows as matches. */
export function vectorsWith(
  queries: number,
  passages: number,
  pairs: readonly (readonly [number, number])[],
  { d = 6, seed = 1, labels }: { d?: number; seed?: number; labels?: readonly number[] } = {},
): LabelledVectors {
  const random = createRandom(seed);
  const draw = (rows: number): LabelledVectors["queries"] => {
    const matrix = createMatrix(rows, d);
    for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = random.normal();
    return matrix;
  };
  return {
    queries: draw(queries),
    passages: draw(passages),
    pairs: {
      query: Uint32Array.from(pairs, ([query]) => query),
      passage: Uint32Array.from(pairs, ([, passage]) => passage),
      label: Uint8Array.from(pairs, (_, i) => labels?.[i] ?? 1),
    },
  };
}

export const prepared = (data: LabelledVectors): LabelledCorpus =>
  prepareLabelledCorpus(data, "test");

/**
 * Intents: passages are names of classes, questions lie around a center of their class that has little to do with the
 * name, behind strong noise in some directions. Much to be learnt where labels are real, nothing where they are not.
 */
export function intents(
  questions: number,
  classes: number,
  { d = 24, seed = 1, noise = 3 }: { d?: number; seed?: number; noise?: number } = {},
): LabelledVectors {
  const random = createRandom(`intents/${seed}`);
  const names = createMatrix(classes, d);
  const centers = createMatrix(classes, d);
  for (let at = 0; at < names.data.length; at++) {
    centers.data[at] = random.normal();
    names.data[at] = 0.7 * centers.data[at] + random.normal();
  }
  const queries = createMatrix(questions, d);
  const passage = new Uint32Array(questions);
  for (let i = 0; i < questions; i++) {
    passage[i] = random.integer(classes);
    for (let j = 0; j < d; j++) {
      const spread = j < d / 4 ? noise : 0.6;
      queries.data[i * d + j] = centers.data[passage[i] * d + j] + spread * random.normal();
    }
  }
  return {
    queries,
    passages: names,
    pairs: {
      query: Uint32Array.from(passage.keys()),
      passage,
      label: new Uint8Array(questions).fill(1),
    },
  };
}
