import { cutText } from "../../base/text/surrogates.js";
import type { Source } from "../../data/sources/open-source.js";
import { sourceName } from "../../data/sources/open-source.js";
import { layOutTexts } from "../../data/texts/text-tables.js";
import { readTuningFiles } from "../../data/tuning-files/read-tuning-files.js";
import { textFileOptions, type TextFileFlags } from "../files/tuning-columns.js";
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

/**
 * What a file or folder is taken for, how many questions, passages, labels, groups and repetitions it holds, and how long
 * its texts are: as `embedtune tune` counts them.
 */
export async function inspectTexts(
  source: Source,
  flags: TextFileFlags,
  io: CommandIo,
): Promise<Finding> {
  const job = { signal: io.signal, onProgress: showProgress(io) };
  const { data, format, notes } = await readTuningFiles(source, {
    ...textFileOptions(flags),
    ...job,
  });
  const { queries, passages, pairs, groups, counts } = await layOutTexts(data, "inspect");
  const matches = pairs.label.reduce((sum, label) => sum + label, 0);
  const lengths = { query: lengthsOf(queries), passage: lengthsOf(passages) };
  const result = {
    kind: "texts",
    path: sourceName(source),
    format,
    notes,
    pairs: counts.pairs,
    duplicatePairs: counts.duplicatePairs,
    contradictions: counts.contradictions,
    labels: { "0": pairs.label.length - matches, "1": matches },
    queries: queries.length,
    passages: passages.length,
    duplicatePassages: counts.duplicatePassages,
    groups: groups === undefined ? null : new Set(groups).size,
    lengths,
  };
  const ofPairs: [string, string][] = [
    ["pairs", `${counts.pairs}: ${matches} of label 1, ${pairs.label.length - matches} of label 0`],
    ["repeated pairs", String(counts.duplicatePairs)],
    ["labelled 0 and 1", String(counts.contradictions)],
    ["different questions", String(queries.length)],
  ];
  return {
    result,
    lines: [
      ...listing([
        ["texts", result.path],
        ["read as", format],
        ...(counts.pairs === 0 ? [] : ofPairs),
        ["different passages", String(passages.length)],
        ...(result.groups === null ? [] : [["groups", String(result.groups)] as [string, string]]),
        ...lengthLines("question", lengths.query),
        ...lengthLines("passage", lengths.passage),
      ]),
      ...notes,
    ],
  };
}

function lengthLines(name: string, found: LengthFinding | null): [string, string][] {
  if (found === null) return [];
  const { shortest, median, longest, longestText } = found;
  const line = longestText.replaceAll(/\s+/g, " ");
  return [
    [`${name} length`, `${shortest} to ${longest} characters, half of them up to ${median}`],
    [`longest ${name}`, line.length > 100 ? `${cutText(line, 99)}…` : line],
  ];
}

/** `null` of no texts. */
function lengthsOf(texts: readonly string[]): LengthFinding | null {
  if (texts.length === 0) return null;
  const sorted = texts.toSorted((a, b) => a.length - b.length);
  const longestText = sorted[sorted.length - 1];
  return {
    shortest: sorted[0].length,
    median: sorted[Math.floor((sorted.length - 1) / 2)].length,
    longest: longestText.length,
    longestText,
  };
}
