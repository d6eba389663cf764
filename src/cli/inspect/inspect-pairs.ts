import { readPairs } from "../../data/pairs/read-pairs.js";
import type { PairFields } from "../../data/pairs/pair-record.js";
import { sourceName } from "../../data/sources/open-source.js";
import { comparableText } from "../../data/split/comparable-text.js";
import type { SniffedFile } from "../files/sniff.js";
import type { CommandIo } from "../io.js";
import { showProgress } from "../progress.js";
import { listing, type Finding } from "./finding.js";

/** Lengths in characters. */
interface LengthFinding {
  readonly shortest: number;
  readonly median: number;
  readonly longest: number;
  readonly longestText: string;
}

/** How many pairs, labels, groups and repetitions a file holds, and how long its texts are. */
export async function inspectPairs(
  { source }: SniffedFile,
  format: "jsonl" | "csv" | "tsv",
  fields: PairFields,
  io: CommandIo,
): Promise<Finding> {
  const path = sourceName(source);
  const labelOf = new Map<string, 0 | 1>();
  const queries = new Map<string, string>();
  const passages = new Map<string, string>();
  const groups = new Set<string>();
  const labels = [0, 0];
  let duplicates = 0;
  let contradictions = 0;
  const { signal } = io;
  const options = { fields, format, signal, onProgress: showProgress(io) };
  for await (const { query, passage, label, group } of readPairs(source, options)) {
    labels[label]++;
    groups.add(group);
    const [q, p] = [comparableText(query), comparableText(passage)];
    queries.set(q, query);
    passages.set(p, passage);
    const key = `${q}\n${p}`; // neither holds a line end
    const known = labelOf.get(key);
    if (known === undefined) labelOf.set(key, label);
    else if (known === label) duplicates++;
    else contradictions++;
  }
  const pairs = labels[0] + labels[1];
  const lengths = { query: lengthsOf(queries.values()), passage: lengthsOf(passages.values()) };
  const inWords = ({ shortest, median, longest }: LengthFinding): string =>
    `${shortest} to ${longest} characters, half of them up to ${median}`;
  const beginning = ({ longestText }: LengthFinding): string =>
    longestText.length > 100 ? `${longestText.slice(0, 99)}…` : longestText;
  return {
    result: {
      kind: "pairs",
      path,
      format,
      pairs,
      labels: { "0": labels[0], "1": labels[1] },
      queries: queries.size,
      passages: passages.size,
      groups: groups.size,
      duplicates,
      contradictions,
      lengths,
    },
    lines: listing([
      ["pairs", `${path}, ${format}`],
      ["count", `${pairs} (${labels[1]} of label 1, ${labels[0]} of label 0)`],
      ["different queries", String(queries.size)],
      ["different passages", String(passages.size)],
      ["groups", String(groups.size)],
      ["repeated pairs", String(duplicates)],
      ["labelled 0 and 1", String(contradictions)],
      ["query length", inWords(lengths.query)],
      ["passage length", inWords(lengths.passage)],
      ["longest query", beginning(lengths.query)],
      ["longest passage", beginning(lengths.passage)],
    ]),
  };
}

/** @param texts At least one. */
function lengthsOf(texts: Iterable<string>): LengthFinding {
  const sorted = [...texts].sort((a, b) => a.length - b.length);
  const longestText = sorted[sorted.length - 1];
  return {
    shortest: sorted[0].length,
    median: sorted[Math.floor((sorted.length - 1) / 2)].length,
    longest: longestText.length,
    longestText,
  };
}
