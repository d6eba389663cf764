import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadAdapter } from "../../adapter/files.js";
import { loadProbes } from "../../tune/files/load-probes.js";
import { estimateRecheck } from "../../tune/recheck/estimate-recheck.js";
import { recheck } from "../../tune/recheck/recheck.js";
import { withEmbedder, type EmbedderFlags } from "../embedding/open-embedder.js";
import { agreeToSpend, estimateSentence } from "../embedding/spending.js";
import { alarm } from "../failures.js";
import type { CommandIo } from "../io.js";
import { showProgress } from "../progress.js";
import type { CommonFlags } from "../verb.js";
import { readData, type DataFlags } from "./read-data.js";

export interface CheckFlags extends CommonFlags, EmbedderFlags, DataFlags {
  readonly embedder: string;
  readonly probes?: string | undefined;
  readonly seed: string;
}

/** `embedtune check`: an adapter in use against what has been answered since. */
export async function check(
  flags: CheckFlags,
  [adapterFile, ...files]: readonly string[],
  io: CommandIo,
): Promise<void> {
  const { signal } = io;
  const adapter = await loadAdapter(adapterFile);
  const beside = join(dirname(adapterFile), "probes.safetensors");
  const probesFile = flags.probes ?? (existsSync(beside) ? beside : undefined);
  const probes = probesFile === undefined ? undefined : await loadProbes(probesFile);
  const job = { signal, onProgress: showProgress(io) };
  const read = await readData(files, flags, io);
  const dimensions =
    flags.dimensions ?? (flags.embedder === "hashing" ? adapter.inputDimensions : undefined);
  await withEmbedder(flags.embedder, { ...flags, dimensions }, io, async (open) => {
    const embedding = {
      embedder: open.uncached,
      cache: open.cache?.store,
      prefixes: open.prefixes ?? ("none" as const),
    };
    const estimate = await estimateRecheck(read.data, { ...embedding, probes, signal });
    if (flags.dryRun === true) {
      const line = flags.json === true ? JSON.stringify(estimate) : estimateSentence(estimate);
      return io.print(`${line}\n`);
    }
    await agreeToSpend(open, estimate, flags, io);
    const found = await recheck(adapter, read.data, {
      ...embedding,
      ...{ probes, seed: flags.seed, ...job },
    });
    io.status?.("");
    const { sentences, ...rest } = found;
    await io.print(
      flags.json === true
        ? `${JSON.stringify({ sentences, ...rest })}\n`
        : sentences.map((sentence) => `${sentence}\n`).join(""),
    );
    if (found.alarm) {
      throw alarm(
        found.drift?.drifted === true
          ? "the embedder has changed since the adapter was made"
          : "the adapter does harm on these questions",
      );
    }
  });
}
