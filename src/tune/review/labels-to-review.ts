import type { TextTables } from "../../data/texts/text-tables.js";
import { findNearTexts } from "../../data/texts/near-texts.js";
import type { Decision, QuestionOutcome } from "../verdict/decision.js";
import { meanOf } from "../verdict/units.js";

/**
 * Why a label is worth another look. "ranked low": the right passage stays far down under every candidate, out of fold
 * (below the tenth place, and among the tenth of the questions that rank lowest), while a wrong one stands clearly first.
 * "near copy": the passage has a near-duplicate that the question is not labelled with. "contradiction": nearly the same question is labelled with other passages, or a near-duplicate of the passage is
 * labelled 0.
 */
export type ReviewReason = "ranked low" | "near copy" | "contradiction";

/** A label to correct, or to leave as it is: nothing here says that it is wrong. Plain data. */
export interface LabelToReview {
  readonly reason: ReviewReason;
  /** Row of the table of queries, and its id where it has one. */
  readonly query: number;
  readonly queryId: string | null;
  /** The passage that the label calls right. */
  readonly passage: number;
  readonly passageId: string | null;
  /** What speaks against it: the passage that stands first, the near copy, or the passage the other label names. */
  readonly other: number;
  readonly otherId: string | null;
  /** Ranks of the right passage; `null` of a question that was not judged. */
  readonly before: number | null;
  readonly after: number | null;
  readonly bestOfAll: number | null;
}

/** What it is read from: a `Decision` alone finds "ranked low"; with texts, as `tune` returns them, all three. */
export type ReviewedDecision = Pick<Decision, "questions" | "corpus"> & {
  readonly texts?:
    | (Pick<TextTables, "queries" | "passages"> &
        Partial<Pick<TextTables, "queryIds" | "passageIds" | "pairs">>)
    | undefined;
  /** What was found while texts were at hand, of a record that holds none: then the answer. */
  readonly toReview?: readonly LabelToReview[] | undefined;
};

/** Up to this rank a reader may still find the passage. */
const nearEnough = 10;
/** Of the questions that rank lowest: where all rank low, it is the embedding and not the labels. */
const lowestShare = 0.1;

/**
 * Labels to look at again: to correct, never to delete unread, since a hard question is not a wrong one. The untouched
 * embedding is among the candidates that agree.
 *
 * @returns Contradictions first, then what ranks lowest, then near copies; a label stands once, with its first reason.
 */
export function labelsToReview(decision: ReviewedDecision): LabelToReview[] {
  const { questions, texts, toReview } = decision;
  if (toReview !== undefined) return [...toReview];
  const outcomes = new Map(questions.map((question) => [question.row, question]));
  const textual = texts?.pairs === undefined ? null : textualFindings(texts, texts.pairs);
  const found: Found[] = [
    ...(textual?.contradictions ?? []),
    ...rankedLow(decision),
    ...(textual?.copies ?? []),
  ];
  const seen = new Set<string>();
  const distinct = found.filter(({ query, passage }) => {
    const key = `${query}/${passage}`;
    return !seen.has(key) && seen.add(key);
  });
  return distinct.map(({ reason, query, passage, other }) => {
    const outcome = outcomes.get(query);
    return {
      reason,
      ...{ query, queryId: texts?.queryIds?.[query] ?? null },
      ...{ passage, passageId: texts?.passageIds?.[passage] ?? null },
      ...{ other, otherId: texts?.passageIds?.[other] ?? null },
      before: outcome?.before ?? null,
      after: outcome?.after ?? null,
      bestOfAll: outcome?.bestOfAll ?? null,
    };
  });
}

type Found = Pick<LabelToReview, "reason" | "query" | "passage" | "other">;

function rankedLow({ questions }: ReviewedDecision): Found[] {
  const clear = {
    before: spread(questions.map(({ nearest }) => nearest.before.rightCosine)),
    after: spread(questions.map(({ nearest }) => nearest.after.rightCosine)),
  };
  const stands = ({ nearest }: QuestionOutcome, when: "before" | "after"): boolean => {
    const { rightCosine, wrongCosine } = nearest[when];
    // By the spread of right passages, because a cosine of .1 is much to one embedding and little to the next.
    return wrongCosine !== null && wrongCosine - rightCosine > clear[when];
  };
  const lowest = questions.map(({ bestOfAll }) => bestOfAll).sort((a, b) => b - a);
  const most = Math.ceil(lowestShare * questions.length);
  const farDown = Math.max(nearEnough + 1, lowest[most - 1] ?? 0);
  return questions
    .filter((question) => question.bestOfAll >= farDown)
    .filter((question) => stands(question, "before") && stands(question, "after"))
    .sort((a, b) => b.bestOfAll - a.bestOfAll || a.row - b.row)
    .map(({ row, nearest }) => ({
      reason: "ranked low",
      query: row,
      passage: nearest.before.right,
      other: nearest.before.wrong!,
    }));
}

/** The standard deviation. */
function spread(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
}

function textualFindings(
  { queries, passages }: Pick<TextTables, "queries" | "passages">,
  pairs: TextTables["pairs"],
): { readonly contradictions: Found[]; readonly copies: Found[] } {
  const labelled = labelledPassages(pairs);
  const near = copiesOf(passages);
  return {
    contradictions: contradictions(labelled, copiesOf(queries), near),
    copies: nearCopies(labelled, near),
  };
}

function nearCopies(labelled: Labelled, { first, members }: Copies): Found[] {
  const found: Found[] = [];
  for (const [query, { right, wrong }] of labelled) {
    for (const passage of right) {
      const other = members
        .get(first[passage])
        ?.find((row) => row !== passage && !right.has(row) && !wrong.has(row));
      if (other !== undefined) found.push({ reason: "near copy", query, passage, other });
    }
  }
  return found;
}

function contradictions(labelled: Labelled, queries: Copies, near: Copies): Found[] {
  const found: Found[] = [];
  const add = (query: number, passage: number, other: number): void => {
    found.push({ reason: "contradiction", query, passage, other });
  };
  for (const [query, { right, wrong }] of labelled) {
    for (const passage of right) {
      const other = [...wrong].find((row) => near.first[row] === near.first[passage]);
      if (other !== undefined) add(query, passage, other);
    }
  }
  for (const twins of queries.members.values()) {
    const own = twins.map((query) => labelled.get(query)?.right ?? new Set<number>());
    for (const [i, query] of twins.entries()) {
      for (const passage of own[i]) {
        // Another spelling of the question that has labels, and not one of them on this passage or a copy of it.
        const against = own.find(
          (right) =>
            right.size > 0 && ![...right].some((row) => near.first[row] === near.first[passage]),
        );
        if (against !== undefined && against !== own[i]) add(query, passage, [...against][0]);
      }
    }
  }
  return found;
}

/** Per query the passages labelled 1 and 0. */
type Labelled = ReadonlyMap<
  number,
  { readonly right: ReadonlySet<number>; readonly wrong: ReadonlySet<number> }
>;

function labelledPassages({ query, passage, label }: TextTables["pairs"]): Labelled {
  const labelled = new Map<number, { right: Set<number>; wrong: Set<number> }>();
  for (const [i, row] of query.entries()) {
    const own = labelled.get(row) ?? { right: new Set(), wrong: new Set() };
    (label[i] === 1 ? own.right : own.wrong).add(passage[i]);
    labelled.set(row, own);
  }
  return labelled;
}

/** Which texts are nearly the same. */
interface Copies {
  /** Per text the first of those that it is nearly the same as. */
  readonly first: Uint32Array;
  /** By the first of them, of two and more. */
  readonly members: ReadonlyMap<number, readonly number[]>;
}

function copiesOf(texts: readonly string[]): Copies {
  const { first } = findNearTexts(texts);
  const members = new Map<number, number[]>();
  for (const [row, of] of first.entries()) members.set(of, [...(members.get(of) ?? []), row]);
  for (const [of, rows] of members) if (rows.length < 2) members.delete(of);
  return { first, members };
}
