import type {
  Candidate,
  CandidateFamily,
  FittedCandidates,
} from "../../../src/tune/candidates/candidate.js";
import { untouchedSides } from "../../../src/tune/candidates/closed-forms.js";
import { prepared } from "../corpora.js";
import { createMatrix } from "embedtune/math";
import type { LabelledCorpus } from "../../../src/tune/claims/labelled-corpus.js";
import type { IndexPairs } from "../../../src/data/training-pairs.js";

/**
 * `count` questions and as many passages, each on a circle where its row can be read off; passage i answers question i,
 * which is known of the first `labelled`.
 */
export function circle(count: number, labelled = count): LabelledCorpus {
  const points = createMatrix(count, 2);
  for (let i = 0; i < count; i++) {
    const angle = (2 * Math.PI * i) / count;
    points.data.set([Math.cos(angle), Math.sin(angle)], 2 * i);
  }
  const rows = Uint32Array.from({ length: labelled }, (_, i) => i);
  const pairs = { query: rows, passage: rows, label: new Uint8Array(labelled).fill(1) };
  return prepared({ queries: points, passages: points, pairs });
}

/** The row that stands at each point of the circle. */
function rowsOn(points: { readonly rows: number; readonly data: Float32Array }, count: number) {
  return Array.from({ length: points.rows }, (_, i) => {
    const angle = Math.atan2(points.data[2 * i + 1], points.data[2 * i]);
    return Math.round((angle * count) / (2 * Math.PI) + count) % count;
  });
}

export interface ScriptedCandidate {
  /** @default the family's name */
  readonly method?: string;
  /** @default "both" */
  readonly side?: "both" | "query";
  /** Whether it puts the right passage of a question first; else last. @default true */
  good?(question: number): boolean;
  /** How many passages it puts before a right one: of those that it learnt from, and of its peers. @default none */
  before?(question: number): { readonly learnt: number; readonly peers: number };
  /** What the cosines of wrong passages are multiplied by: -1 is most unlike the untouched ones. @default 1 */
  readonly likeness?: number;
}

export interface ScriptedFamily extends CandidateFamily {
  /** What it was asked to fit: the pairs to learn from, and the positions wanted. */
  readonly fits: { readonly positives: IndexPairs; readonly wanted: readonly number[] }[];
}

const none = { learnt: 0, peers: 0 };

/** Candidates on the {@link circle} of `count` that do what the script says. */
export function scripted(
  name: string,
  count: number,
  script: readonly ScriptedCandidate[],
  { kind = "closed form", cost = 1 }: { kind?: CandidateFamily["kind"]; cost?: number } = {},
): ScriptedFamily {
  const fits: ScriptedFamily["fits"] = [];
  const fittedOn = (learnt: ReadonlySet<number>): FittedCandidates => ({
    sides: () => untouchedSides,
    scorer: (queries, passages) => (at) => {
      const { good = () => true, before = () => none, likeness = 1 } = script[at];
      const columns = new Map(rowsOn(passages, count).map((row, column) => [row, column]));
      const scores = createMatrix(queries.rows, passages.rows);
      for (const [i, question] of rowsOn(queries, count).entries()) {
        const row = scores.data.subarray(i * passages.rows, (i + 1) * passages.rows);
        for (let j = 0; j < passages.rows; j++) {
          for (let k = 0; k < 2; k++) {
            row[j] += likeness * queries.data[2 * i + k] * passages.data[2 * j + k];
          }
        }
        row[columns.get(question)!] = good(question) ? 1.01 : -1.01;
        const wrong = [...columns.keys()].filter((p) => p !== question);
        const count = before(question);
        const own = wrong.filter((p) => learnt.has(p)).slice(0, count.learnt);
        const others = wrong.filter((p) => !learnt.has(p)).slice(0, count.peers);
        for (const p of [...own, ...others]) row[columns.get(p)!] = 1.02;
      }
      return scores;
    },
  });
  return {
    ...{ name, kind, fits },
    candidates: script.map(({ method = name, side = "both" }): Candidate => ({
      method,
      side,
      parameters: {},
    })),
    cost: (_, wanted) => cost * wanted.length,
    fit({ positives }, wanted) {
      fits.push({ positives, wanted: [...wanted] });
      return Promise.resolve(fittedOn(new Set(positives.passage)));
    },
  };
}
