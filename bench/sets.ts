import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { assignGroups } from "../src/data/split/assign-groups.js";
import { decodeNpy } from "../src/data/sources/npy.js";
import type { PairColumns } from "../src/data/types.js";
import type { Matrix } from "../src/math/matrix.js";

/** Where the shared data is: `EMBEDTUNE_SETS`, or ../shared/data beside the project. */
export const dataFolder =
  process.env["EMBEDTUNE_SETS"] ?? fileURLToPath(new URL("../../shared/data", import.meta.url));

/** A set of BEIR's shape with vectors: pairs to choose and tune on, and pairs to report on. */
export interface VectorSet {
  readonly queries: Matrix;
  readonly passages: Matrix;
  readonly train: PairColumns;
  readonly test: PairColumns;
}

/** Sets with neural vectors; pairs of the first two ask new questions about known passages, of the others, of new ones. */
export const neuralSets = ["clinc", "xquad", "nq", "pubmed"] as const;
export const neuralEmbedders = ["minilm", "e5"] as const;

/** The embedder that the set `words` has alone. */
export const wordsEmbedder = "words-325d";

export const setsArePresent = existsSync(join(dataFolder, "sets"));

/** @param name One of {@link neuralSets}, or `words`. */
export function readSet(name: string, embedder: string): VectorSet {
  return name === "words" ? readWords() : readNeuralSet(name, embedder);
}

function readNeuralSet(name: string, embedder: string): VectorSet {
  const path = (file: string): string => join(dataFolder, "sets", name, file);
  const rowOfId = (file: string): Map<string, number> =>
    new Map(readLines(path(file)).map((line, i) => [(JSON.parse(line) as { _id: string })._id, i]));
  const queryRow = rowOfId("queries.jsonl.gz");
  const passageRow = rowOfId("corpus.jsonl.gz");
  const pairs = (file: string): PairColumns => {
    const cells = readLines(path(file))
      .slice(1)
      .map((line) => line.split("\t"));
    return matches(
      cells.map(([query]) => queryRow.get(query)!),
      cells.map(([, passage]) => passageRow.get(passage)!),
    );
  };
  return {
    queries: readNpy(path(`${embedder}-queries.npy`)),
    passages: readNpy(path(`${embedder}-passages.npy`)),
    train: pairs("train.tsv"),
    test: pairs("test.tsv"),
  };
}

/** Real questions and passages under weak vectors; a page is on one side of the split. */
function readWords(): VectorSet {
  const path = (file: string): string => join(dataFolder, "nq", file);
  const titles = readLines(path("questions-passages.jsonl.gz")).map(
    (line) => (JSON.parse(line) as { title: string }).title,
  );
  const sides = assignGroups(
    [...titles.keys()],
    [0.65, 0.35],
    { keys: (row) => [titles[row]], seed: "words" },
    "readSet",
  );
  const rows = (side: number): number[] => [...titles.keys()].filter((row) => sides[row] === side);
  return {
    queries: readNpy(path("queries-words-325d.npy")),
    passages: readNpy(path("passages-words-325d.npy")),
    train: matches(rows(0), rows(0)),
    test: matches(rows(1), rows(1)),
  };
}

function matches(query: readonly number[], passage: readonly number[]): PairColumns {
  return {
    query: Uint32Array.from(query),
    passage: Uint32Array.from(passage),
    label: new Uint8Array(query.length).fill(1),
  };
}

function readLines(path: string): string[] {
  const bytes = readFileSync(path);
  const text = path.endsWith(".gz") ? gunzipSync(bytes) : bytes;
  return text.toString().trimEnd().split("\n");
}

const readNpy = (path: string): Matrix => decodeNpy(readFileSync(path), path);
