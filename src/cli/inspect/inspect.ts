import { stat } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../../data/data-error.js";
import type { PairFields } from "../../data/pairs/pair-record.js";
import { toPlain } from "../../evaluate/tables/to-plain.js";
import { pairColumnHint, withColumnHint } from "../files/column-hint.js";
import { sniff } from "../files/sniff.js";
import type { CommandIo } from "../io.js";
import type { CommonFlags } from "../verb.js";
import type { Finding } from "./finding.js";

export interface InspectFlags extends CommonFlags {
  readonly queryColumn: string;
  readonly passageColumn: string;
  readonly labelColumn: string;
  readonly groupColumn: string;
}

/** `embedtune inspect`: what an adapter, a file of pairs or vectors, or a cache holds. */
export async function inspect(flags: InspectFlags, [path]: [string], io: CommandIo): Promise<void> {
  const { result, lines } = await look(path, flags, io);
  if (flags.json) await io.print(`${JSON.stringify(toPlain(result), undefined, 2)}\n`);
  else await io.print(`${lines.join("\n")}\n`);
}

async function look(path: string, flags: InspectFlags, io: CommandIo): Promise<Finding> {
  const found = path === "-" ? undefined : await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) {
    if (!existsSync(join(path, "data.mdb"))) {
      throw new DataError(
        { source: path },
        "the folder must be a cache, with a data.mdb in it, received another; inspect takes one file at a time",
      );
    }
    const { inspectCache } = await import("./inspect-cache.js");
    return inspectCache(path, io);
  }
  const file = await sniff(path, io.signal);
  switch (file.kind) {
    case "safetensors": {
      const { inspectAdapter } = await import("./inspect-adapter.js");
      return inspectAdapter(path);
    }
    case "npy": {
      const { inspectVectors } = await import("./inspect-vectors.js");
      return inspectVectors(file, io);
    }
    case "jsonl":
    case "csv":
    case "tsv": {
      const { inspectPairs } = await import("./inspect-pairs.js");
      const { kind } = file;
      return withColumnHint(pairColumnHint, () => inspectPairs(file, kind, fieldsOf(flags), io));
    }
    default:
      throw new DataError(
        { source: path },
        `this must be an adapter (.safetensors), pairs (JSON lines, CSV, TSV), vectors (.npy) or a cache, received ${file.kind === "text" ? "plain text" : `a ${file.kind} file`}`,
      );
  }
}

const fieldsOf = ({
  queryColumn: query,
  passageColumn: passage,
  labelColumn: label,
  groupColumn: group,
}: InspectFlags): PairFields => ({ query, passage, label, group });
