import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { toPlain } from "../../evaluate/tables/to-plain.js";
import { sniff } from "../../data/vector-files/sniff.js";
import type { TextFileFlags } from "../files/tuning-columns.js";
import type { CommandIo } from "../io.js";
import type { CommonFlags } from "../verb.js";
import type { Finding } from "./finding.js";

export interface InspectFlags extends CommonFlags, TextFileFlags {}

/** `embedtune inspect`: what an adapter and what is served beside it, the folder of a decision, texts, vectors or a cache hold. */
export async function inspect(flags: InspectFlags, [path]: [string], io: CommandIo): Promise<void> {
  const { result, lines } = await look(path, flags, io);
  if (flags.json) await io.print(`${JSON.stringify(toPlain(result), undefined, 2)}\n`);
  else await io.print(`${lines.join("\n")}\n`);
}

async function look(path: string, flags: InspectFlags, io: CommandIo): Promise<Finding> {
  const found = path === "-" ? undefined : await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) {
    if (existsSync(join(path, "data.mdb"))) {
      const { inspectCache } = await import("./inspect-cache.js");
      return inspectCache(path, io);
    }
    const { inspectDecision, isDecision } = await import("./inspect-decision.js");
    if (isDecision(path)) return inspectDecision(path);
    const { inspectTexts } = await import("./inspect-texts.js");
    return inspectTexts(path, flags, io);
  }
  const file = await sniff(path, io.signal);
  switch (file.kind) {
    case "safetensors": {
      const { inspectSafetensors } = await import("./inspect-safetensors.js");
      return inspectSafetensors(path);
    }
    case "npy": {
      const { inspectVectors } = await import("./inspect-vectors.js");
      return inspectVectors(file, io);
    }
    default: {
      const { inspectTexts } = await import("./inspect-texts.js");
      return inspectTexts(file.source, flags, io);
    }
  }
}
