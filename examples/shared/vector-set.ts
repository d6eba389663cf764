import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { decodeNpy, type Matrix } from "embedtune";

/** A folder of BEIR's shape with vectors: which passages answer which questions, to train on and to test on. */
export interface VectorSet {
  readonly queries: Matrix;
  readonly passages: Matrix;
  readonly train: ReadonlyMap<number, readonly number[]>;
  readonly test: ReadonlyMap<number, readonly number[]>;
}

/**
 * Reads `queries.jsonl`, `corpus.jsonl` (also with .gz), `train.tsv` and `test.tsv` for the rows of
 * `<vectors>-queries.npy` and `<vectors>-passages.npy`.
 */
export async function readVectorSet(folder: string, vectors: string): Promise<VectorSet> {
  const matrix = async (name: string): Promise<Matrix> => {
    const path = join(folder, `${vectors}-${name}.npy`);
    return decodeNpy(await readFile(path), path);
  };
  const queryRow = await rowOfId(join(folder, "queries.jsonl"));
  const passageRow = await rowOfId(join(folder, "corpus.jsonl"));
  const rightPassages = async (name: string): Promise<Map<number, number[]>> => {
    const path = join(folder, `${name}.tsv`);
    const right = new Map<number, Set<number>>();
    for (const [i, line] of (await readLines(path)).entries()) {
      if (i === 0) continue;
      const [queryId, passageId, score] = line.split("\t");
      const [query, passage] = [queryRow.get(queryId), passageRow.get(passageId)];
      if (query === undefined || passage === undefined) {
        throw new Error(`${path}:${i + 1}: both ids must be in the set, received "${line}"`);
      }
      if (Number(score) > 0) right.set(query, (right.get(query) ?? new Set()).add(passage));
    }
    return new Map(Array.from(right, ([query, rows]) => [query, [...rows]]));
  };
  return {
    queries: await matrix("queries"),
    passages: await matrix("passages"),
    train: await rightPassages("train"),
    test: await rightPassages("test"),
  };
}

async function rowOfId(path: string): Promise<Map<string, number>> {
  const lines = await readLines(path);
  return new Map(lines.map((line, i) => [(JSON.parse(line) as { _id: string })._id, i]));
}

async function readLines(path: string): Promise<string[]> {
  const bytes = existsSync(path) ? await readFile(path) : gunzipSync(await readFile(`${path}.gz`));
  return bytes.toString("utf8").trimEnd().split("\n");
}
