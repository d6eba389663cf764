import { dprPairs, parseDpr } from "../pairs/read-dpr.js";
import type { Place } from "../data-error.js";
import type { TextPair } from "../tuning-data.js";
import type { DprMapping, PairMapping } from "./choose-fields.js";
import type { Notes } from "./notes.js";
import type { TextRecord } from "./layout/text-record.js";
import { gradeOf, idOf, labelOf, textOf, textsOf, withTitle } from "./record-texts.js";

/** A pair, and where it stands. */
export interface PlacedPair {
  readonly pair: TextPair;
  readonly place: Place;
}

/**
 * The pairs of records. Passed over and counted are records without a query or a passage; those without a label where
 * others have one; a negative that is its record's passage.
 *
 * @throws DataError naming the place of what is no text, label or grade.
 */
export async function collectPairs(
  batches: AsyncIterable<readonly TextRecord[]>,
  mapping: PairMapping | DprMapping,
  notes: Notes,
): Promise<PlacedPair[]> {
  const pairs: PlacedPair[] = [];
  const unlabelled: PlacedPair[] = [];
  for await (const batch of batches) {
    for (const record of batch) {
      if (mapping.shape === "dpr") {
        pairs.push(...pairsOfDpr(record, notes));
        continue;
      }
      const { labelled, found } = pairsOf(record, mapping, notes);
      // Looked at together at the end: no label at all means that every pair matches.
      for (const pair of found) (labelled ? pairs : unlabelled).push(pair);
    }
  }
  if (mapping.shape === "dpr" || unlabelled.length === 0) return pairs;
  if (pairs.length === 0) {
    if ((mapping.label ?? mapping.grade) !== undefined) {
      notes.say(
        `No record has a ${String(mapping.label ?? mapping.grade)}, so every pair is taken for a match.`,
      );
    }
    return unlabelled;
  }
  for (const { place } of unlabelled) notes.passOver("without a label", place);
  return pairs;
}

function pairsOf(
  { fields, place }: TextRecord,
  mapping: PairMapping,
  notes: Notes,
): { labelled: boolean; found: PlacedPair[] } {
  const nothing = { labelled: true, found: [] };
  const field = (name: string | undefined): unknown =>
    name === undefined ? undefined : fields.get(name);
  const query = textOf(field(mapping.query), mapping.query, place);
  if (query === "") {
    notes.passOver("without a query", place);
    return nothing;
  }
  const passages = passagesOf(field(mapping.passage), mapping, place);
  const title =
    mapping.title === undefined ? "" : textOf(field(mapping.title), mapping.title, place);
  const negatives = mapping.negatives
    .flatMap((name) => textsOf(field(name), name, place))
    .filter((text) => text !== "");
  if (passages.length === 0) {
    if (negatives.length === 0) {
      notes.passOver("without a passage", place);
      return nothing;
    }
    notes.passOver("without a passage that answers", place);
    return nothing;
  }
  const group = mapping.group === undefined ? "" : idOf(field(mapping.group), mapping.group, place);
  const inGroup = group === "" ? {} : { group };
  const judged = judgementOf(field, mapping, place);
  const found: PlacedPair[] = passages.map((passage) => ({
    pair: { query, passage: withTitle(title, passage), ...judged, ...inGroup },
    place,
  }));
  for (const passage of negatives) {
    if (passages.includes(passage)) notes.passOver("whose negative is its own passage", place);
    else found.push({ pair: { query, passage, label: 0, ...inGroup }, place });
  }
  const asked = mapping.label !== undefined || mapping.grade !== undefined;
  return { labelled: !asked || judged !== undefined, found };
}

function passagesOf(value: unknown, { passage, byId }: PairMapping, place: Place): string[] {
  const texts = byId
    ? ([value].flat() as readonly unknown[]).map((item) => idOf(item, passage, place))
    : textsOf(value, passage, place);
  return texts.filter((text) => text !== "");
}

/** What a record says of its passage; nothing where it is silent. */
function judgementOf(
  field: (name: string | undefined) => unknown,
  { label: labelField, grade: gradeField }: PairMapping,
  place: Place,
): { label: 0 | 1; grade?: number } | undefined {
  const label =
    labelField === undefined ? undefined : labelOf(field(labelField), labelField, place);
  const grade =
    gradeField === undefined ? undefined : gradeOf(field(gradeField), gradeField, place);
  if (grade === undefined) return label === undefined ? undefined : { label };
  if (label === 0 || grade === 0) return { label: 0 };
  return { label: 1, grade };
}

function pairsOfDpr({ fields, place }: TextRecord, notes: Notes): PlacedPair[] {
  const question = parseDpr(fields, place);
  if (question.positives.length === 0) {
    notes.passOver("without a passage that answers", place);
    return [];
  }
  const { positives, negatives, hardNegatives } = question;
  const answers = new Set(positives.map(({ text }) => text));
  for (const { text } of [...positives, ...negatives, ...hardNegatives]) {
    if (text.trim() === "") notes.passOver("with an empty passage", place);
  }
  for (const { text } of [...negatives, ...hardNegatives]) {
    if (text.trim() !== "" && answers.has(text)) {
      notes.passOver("whose negative is its own passage", place);
    }
  }
  return dprPairs(question).map(({ query, passage, label, group }) => ({
    pair: { query, passage, label, group },
    place,
  }));
}
