import { sourceName } from "../../data/sources/open-source.js";
import { rowOf } from "../../math/matrix.js";
import type { SniffedFile } from "../../data/vector-files/sniff.js";
import { readVectorBlocks } from "../../data/vector-files/vector-blocks.js";
import type { CommandIo } from "../io.js";
import { listing, type Finding } from "./finding.js";

/** Shape and lengths of a file of vectors, and the rows that nothing can be done with. */
export async function inspectVectors(file: SniffedFile, { signal }: CommandIo): Promise<Finding> {
  const path = sourceName(file.source);
  let rows = 0;
  let dimensions = 0;
  let shortest = Infinity;
  let longest = 0;
  let zeros = 0;
  let notFinite = 0;
  for await (const block of readVectorBlocks(file, { column: "vector", signal })) {
    dimensions = block.rows.cols;
    for (let i = 0; i < block.rows.rows; i++) {
      let squares = 0;
      for (const value of rowOf(block.rows, i)) squares += value * value;
      const length = Math.sqrt(squares);
      if (!Number.isFinite(length)) notFinite++;
      else if (length === 0) zeros++;
      else {
        shortest = Math.min(shortest, length);
        longest = Math.max(longest, length);
      }
    }
    rows += block.rows.rows;
  }
  const lengths = longest === 0 ? null : { shortest, longest };
  return {
    result: { kind: "vectors", path, rows, dimensions, lengths, zeros, notFinite },
    lines: listing([
      ["vectors", path],
      ["shape", `${rows.toLocaleString("en")} × ${dimensions}`],
      ["lengths", lengths === null ? "-" : `${shortest.toFixed(4)} to ${longest.toFixed(4)}`],
      ["rows of zeros", String(zeros)],
      ["rows with NaN or infinity", String(notFinite)],
    ]),
  };
}
