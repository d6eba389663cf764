import { show } from "../../base/show.js";
import { DataError } from "../data-error.js";
import { greatestGrade } from "../grade.js";
import type {
  CorpusTexts,
  JudgedTexts,
  RelevanceJudgement,
  PairedTexts,
  TextPair,
  TuningData,
} from "../tuning-data.js";

/** A text with the id that it came with. */
export interface TextItem {
  readonly text: string;
  readonly id: string | null;
  /** Of a passage that has a title before it: the passage alone. */
  readonly untitled?: string | undefined;
}

/** A pair with everything filled in. */
export interface CollectedPair {
  readonly query: string;
  readonly passage: string;
  readonly label: 0 | 1;
  readonly grade: number;
  readonly group: string | null;
}

/** All that came, checked, in memory. */
export interface CollectedTexts {
  readonly queries: readonly TextItem[];
  readonly corpus: readonly TextItem[];
  readonly pairs: readonly (CollectedPair | RelevanceJudgement)[];
}

/**
 * Takes in texts of any shape, and checks each.
 *
 * @throws DataError naming the item and the field that is not as expected.
 */
export async function collectTexts(data: TuningData, caller: string): Promise<CollectedTexts> {
  if (isSequence(data)) return collectTexts({ pairs: data }, caller);
  if (typeof data !== "object" || (data as unknown) === null) return refuseData(data, caller);
  const fields = data as Partial<PairedTexts & JudgedTexts & CorpusTexts>;
  const place = (name: string): string => `${caller}: ${name}`;
  const corpus =
    fields.corpus === undefined ? [] : await collect(fields.corpus, place("corpus"), corpusText);
  if (fields.qrels !== undefined || fields.queries !== undefined) {
    for (const name of ["queries", "corpus", "qrels"] as const) {
      if (fields[name] !== undefined) continue;
      const there = Object.keys(data).join(", ");
      throw new DataError(
        { source: place("data") },
        `must have queries, corpus and qrels, received ${there} without ${name}`,
      );
    }
    const queries = await collect(fields.queries!, place("queries"), queryText);
    return { queries, corpus, pairs: await collect(fields.qrels!, place("qrels"), judgement) };
  }
  if (fields.pairs !== undefined) {
    return { queries: [], corpus, pairs: await collect(fields.pairs, place("pairs"), textPair) };
  }
  if (fields.corpus === undefined) return refuseData(data, caller);
  return { queries: [], corpus, pairs: [] };
}

function refuseData(data: unknown, caller: string): never {
  const received =
    typeof data === "object" && data !== null && Object.keys(data).length > 0
      ? `an object of ${Object.keys(data).slice(0, 8).join(", ")}`
      : show(data);
  throw new DataError(
    { source: `${caller}: data` },
    `must be pairs of query and passage, { pairs, corpus }, { queries, corpus, qrels } or { corpus }, received ${received}`,
  );
}

type Sequence<T> = Iterable<T> | AsyncIterable<T>;

function isSequence(data: unknown): data is Sequence<TextPair> {
  return (
    typeof data === "object" &&
    data !== null &&
    (Symbol.iterator in data || Symbol.asyncIterator in data)
  );
}

/** A map from ids stands for its values, which know their ids. */
async function collect<T>(
  sequence: unknown,
  place: string,
  parse: (item: unknown, place: string) => T,
): Promise<T[]> {
  const items = sequence instanceof Map ? (sequence.values() as Iterable<unknown>) : sequence;
  if (!isSequence(items)) {
    throw new DataError({ source: place }, `must be a list, received ${show(items)}`);
  }
  const parsed: T[] = [];
  for await (const item of items as Sequence<unknown>) {
    parsed.push(parse(item, `${place}[${parsed.length}]`));
  }
  return parsed;
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(item: unknown, place: string, expectation: string): Fields {
  if (typeof item === "object" && item !== null && !Array.isArray(item)) return item as Fields;
  throw new DataError({ source: place }, `must be ${expectation}, received ${show(item)}`);
}

function textOf(fields: Fields, field: string, place: string): string {
  const value = fields[field];
  if (typeof value === "string" && /\S/.test(value)) return value;
  const names = Object.keys(fields).slice(0, 8).join(", ");
  const hint = value === undefined && names !== "" ? ` among the fields ${names}` : "";
  throw new DataError({ source: place }, `${field} must be a text, received ${show(value)}${hint}`);
}

function textPair(item: unknown, place: string): CollectedPair {
  const fields = fieldsOf(item, place, "a pair with query and passage");
  const { label = 1, grade = 1 } = fields;
  if (label !== 0 && label !== 1) {
    throw new DataError({ source: place }, `label must be 0 or 1, received ${show(label)}`);
  }
  if (!(typeof grade === "number" && grade > 0 && grade <= greatestGrade)) {
    const expected = Number(grade) > 0 ? `of at most ${greatestGrade}` : "> 0";
    throw new DataError(
      { source: place },
      `grade must be a number ${expected}, received ${show(grade)}`,
    );
  }
  return {
    query: textOf(fields, "query", place),
    passage: textOf(fields, "passage", place),
    label,
    grade,
    group: groupOf(fields, place),
  };
}

function groupOf({ group = null }: Fields, place: string): string | null {
  if (group === null) return null;
  if (typeof group === "string" || typeof group === "number") return String(group);
  throw new DataError({ source: place }, `group must be a name, received ${show(group)}`);
}

/** A blank question is refused only where it is judged: whoever reads a file cannot help what else stands in it. */
function queryText(item: unknown, place: string): TextItem {
  const fields = fieldsOf(item, place, "a question with id and text");
  const { text } = fields;
  const id = textOf(fields, "id", place);
  return { id, text: typeof text === "string" ? text : textOf(fields, "text", place) };
}

function corpusText(item: unknown, place: string): TextItem {
  if (typeof item === "string") {
    return { id: null, text: textOf({ text: item }, "text", place) };
  }
  const fields = fieldsOf(item, place, "a text, or a passage with text");
  const { id, title = "" } = fields;
  if (typeof title !== "string") {
    throw new DataError({ source: place }, `title must be a text, received ${show(title)}`);
  }
  const text = textOf(fields, "text", place);
  return {
    id: id === undefined ? null : textOf(fields, "id", place),
    ...(title === "" ? { text } : { text: `${title} ${text}`, untitled: text }),
  };
}

function judgement(item: unknown, place: string): RelevanceJudgement {
  const fields = fieldsOf(item, place, "a judgement with queryId, passageId and score");
  const { score } = fields;
  const group = groupOf(fields, place);
  if (!Number.isFinite(score)) {
    throw new DataError({ source: place }, `score must be a number, received ${show(score)}`);
  }
  if (Number(score) > greatestGrade) {
    throw new DataError(
      { source: place },
      `score must be at most ${greatestGrade}, received ${show(score)}`,
    );
  }
  return {
    queryId: textOf(fields, "queryId", place),
    passageId: textOf(fields, "passageId", place),
    score: score as number,
    ...(group === null ? {} : { group }),
  };
}
