import type { TextTables } from "../../data/texts/text-tables.js";
import { labelsToReview, type LabelToReview } from "../review/labels-to-review.js";
import type { TunedDecision } from "../texts/tuned.js";
import type { Choice, FormDecision } from "../verdict/decision.js";

/** A decision without adapters and vectors, as `decision.json.gz` holds it. */
export interface DecisionRecord extends Omit<
  TunedDecision,
  "adapter" | "best" | "bestQueryOnly" | "forms" | "texts" | "vectors"
> {
  readonly best: Omit<Choice, "adapter">;
  readonly bestQueryOnly: Omit<Choice, "adapter">;
  readonly forms: readonly Omit<FormDecision, "adapter" | "moved">[];
  /** Where texts stay out, ids (row numbers where there are none) stand in their place, and no group is named. */
  readonly texts: TextTables;
  /** Where texts stay out, the labels to review: ids in their place would be taken for texts that nearly equal each other. */
  readonly toReview?: readonly LabelToReview[] | undefined;
}

/** What of a decision is written down. */
export function recordOf(decision: TunedDecision, withTexts: boolean): DecisionRecord {
  const { adapter: _, vectors: __, best, bestQueryOnly, forms, texts, ...rest } = decision;
  const named = (kind: string, ids: readonly (string | null)[]): string[] =>
    ids.map((id, row) => id ?? `${kind} ${row}`);
  return {
    ...rest,
    ...(withTexts ? {} : { toReview: labelsToReview(decision) }),
    best: withoutAdapter(best),
    bestQueryOnly: withoutAdapter(bestQueryOnly),
    forms: forms.map(({ adapter: ___, moved: ____, ...form }) => form),
    texts: withTexts
      ? texts
      : {
          ...texts,
          queries: named("question", texts.queryIds),
          passages: named("passage", texts.passageIds),
          groups: undefined,
        },
  };
}

function withoutAdapter({ adapter: _, ...choice }: Choice): Omit<Choice, "adapter"> {
  return choice;
}

/** As JSON; columns as lists of numbers. */
export function encodeRecord(record: DecisionRecord): string {
  return JSON.stringify(record, (_, value: unknown) =>
    ArrayBuffer.isView(value) ? Array.from(value as Uint8Array) : value,
  );
}

/**
 * @param place What messages begin with: the file.
 * @throws RangeError when the text is no record of a decision.
 */
export function decodeRecord(json: string, place: string): DecisionRecord {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new RangeError(`${place}: the record of a decision must be JSON`, { cause });
  }
  const record = value as DecisionRecord | null;
  if (typeof record?.sentence !== "string" || !Array.isArray(record.questions)) {
    throw new RangeError(`${place} must be the record of a decision, as saveDecision writes it`);
  }
  const { pairs, items } = record.texts;
  return {
    ...record,
    texts: {
      ...record.texts,
      pairs: {
        ...pairs,
        query: Uint32Array.from(pairs.query),
        passage: Uint32Array.from(pairs.passage),
        label: Uint8Array.from(pairs.label),
      },
      items: {
        queries: { ...items.queries, first: Int32Array.from(items.queries.first) },
        passages: { ...items.passages, first: Int32Array.from(items.passages.first) },
      },
    },
  };
}
