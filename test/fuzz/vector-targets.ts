import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { gzipSync } from "node:zlib";
import { encodeParquet } from "../../src/data/parquet/encode-parquet.js";
import { encodeNpy } from "../../src/data/sources/npy.js";
import { vectorFileBlocks } from "../../src/data/vector-files/vector-file-blocks.js";
import { fromRows } from "../../src/math/matrix.js";
import type { FuzzTarget } from "./targets.js";
import { WrongValue } from "./wrong-value.js";

const rows = Array.from({ length: 24 }, (_, i) => [i / 7, 1 - i, 0.5, i % 3]);
const records = rows.map((vector, i) => ({ id: `r${i}`, vector }));
const lines = records.map((record) => `${JSON.stringify(record)}\n`).join("");

export const vectorTargets: readonly FuzzTarget[] = [
  {
    name: "vectors in blocks",
    isText: true,
    seeds: () => [
      encodeNpy(fromRows(rows)),
      Buffer.from(lines),
      Buffer.from(JSON.stringify(records)),
      gzipSync(lines),
      encodeParquet(records),
    ],
    async run(bytes) {
      // By its path, as parquet is read: a file for each process, whose name errors begin with.
      process.chdir(tmpdir());
      const path = `embedtune-fuzz-${process.pid}`;
      writeFileSync(path, bytes);
      let cols: number | undefined;
      for await (const block of vectorFileBlocks(path)()) {
        if (block.data.length !== block.rows * block.cols || block.cols < 1) {
          throw new WrongValue("a shape");
        }
        if (cols !== undefined && block.cols !== cols) throw new WrongValue("two lengths");
        cols = block.cols;
      }
    },
  },
];
