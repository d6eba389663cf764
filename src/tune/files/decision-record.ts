import { checkInteger, checkSameLength, refuse } from "../../base/checks.js";
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
  const { texts } = record;
  const { queries, passages } = isRecord(texts) ? texts : refuse(`${place}: texts`, "given", texts);
  const list = (value: unknown, name: string): readonly unknown[] =>
    Array.isArray(value) ? value : refuse(`${place}: texts.${name}`, "a list", value);
  for (const [name, side] of Object.entries({ queries, passages })) {
    for (const [i, text] of list(side, name).entries()) {
      if (typeof text !== "string") refuse(`${place}: texts.${name}[${i}]`, "a text", text);
    }
  }
  const part = (value: unknown, name: string): Readonly<Record<string, unknown>> =>
    isRecord(value) ? value : refuse(`${place}: texts.${name}`, "an object", value);
  const column = (value: unknown, name: string, most: number, least = 0): number[] =>
    list(value, name).map((item, i) => {
      checkInteger(item, `${place}: texts.${name}[${i}]`, { least, most });
      return item as number;
    });
  const pairs = part(texts.pairs, "pairs");
  const items = part(texts.items, "items");
  const query = column(pairs["query"], "pairs.query", queries.length - 1);
  const passage = column(pairs["passage"], "pairs.passage", passages.length - 1);
  const label = column(pairs["label"], "pairs.label", 1);
  checkSameLength(passage, `${place}: texts.pairs.passage`, query, "texts.pairs.query");
  checkSameLength(label, `${place}: texts.pairs.label`, query, "texts.pairs.query");
  const itemsOf = (side: "queries" | "passages"): { readonly first: Int32Array } => {
    const found = part(items[side], `items.${side}`);
    const first = column(found["first"], `items.${side}.first`, 2 ** 31 - 1, -1);
    return { ...found, first: Int32Array.from(first) };
  };
  return {
    ...record,
    texts: {
      ...texts,
      pairs: {
        ...texts.pairs,
        query: Uint32Array.from(query),
        passage: Uint32Array.from(passage),
        label: Uint8Array.from(label),
      },
      items: {
        queries: { ...texts.items.queries, ...itemsOf("queries") },
        passages: { ...texts.items.passages, ...itemsOf("passages") },
      },
    },
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
