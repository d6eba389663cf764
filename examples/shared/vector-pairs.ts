import { readFile } from "node:fs/promises";
import { decodeNpy, type Matrix } from "embedtune";

/** Row i of one belongs with row i of the other. */
export interface VectorPairs {
  readonly queries: Matrix;
  readonly passages: Matrix;
  readonly groups: readonly string[];
}

/** Reads two matrices and a group per row. */
export async function readVectorPairs(
  queriesPath: string,
  passagesPath: string,
  groupsPath: string,
): Promise<VectorPairs> {
  const queries = decodeNpy(await readFile(queriesPath), queriesPath);
  const passages = decodeNpy(await readFile(passagesPath), passagesPath);
  if (queries.rows !== passages.rows || queries.cols !== passages.cols) {
    throw new Error(
      `--queries and --passages must have one shape, row i of one belongs with row i of the other, received ${queries.rows} × ${queries.cols} and ${passages.rows} × ${passages.cols}`,
    );
  }
  const groups = await readLines(groupsPath);
  if (groups.length !== queries.rows) {
    throw new Error(
      `${groupsPath} must have one group per row, ${queries.rows} lines, received ${groups.length}`,
    );
  }
  return { queries, passages, groups };
}

async function readLines(path: string): Promise<string[]> {
  const lines = (await readFile(path, "utf8")).split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** Reads row numbers below `count`, one a line. */
export async function readRows(path: string, count: number): Promise<number[]> {
  const rows = new Set<number>();
  for (const [at, line] of (await readLines(path)).entries()) {
    const row = Number(line);
    if (line.trim() === "" || !Number.isInteger(row) || row < 0 || row >= count) {
      throw new Error(
        `${path}:${at + 1}: the row must be an integer from 0 to ${count - 1}, received "${line}"`,
      );
    }
    rows.add(row);
  }
  return [...rows];
}
