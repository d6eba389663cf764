import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadAdapter } from "../../adapter/files.js";
import { loadProbes } from "../../tune/files/load-probes.js";
import { estimateRecheck } from "../../tune/recheck/estimate-recheck.js";
import { recheck } from "../../tune/recheck/recheck.js";
import { withEmbedder, type EmbedderFlags } from "../embedding/open-embedder.js";
import { agreeToSpend, estimateSentence } from "../embedding/spending.js";
import { alarm, wrongUse } from "../failures.js";
import type { EngineFlags } from "../engine.js";
import type { CommandIo } from "../io.js";
import { showProgress } from "../progress.js";
import type { CommonFlags } from "../verb.js";
import { readData, type DataFlags } from "./read-data.js";

export interface CheckFlags extends CommonFlags, EngineFlags, EmbedderFlags, DataFlags {
  readonly embedder?: string | undefined;
  readonly questions?: boolean | undefined;
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
  const { embedder: name } = flags;
  if (name === undefined) throw wrongUse(embedderNeeded(adapter.metadata.embedder));
  const beside = join(dirname(adapterFile), "probes.safetensors");
  const probesFile = flags.probes ?? (existsSync(beside) ? beside : undefined);
  const probes = probesFile === undefined ? undefined : await loadProbes(probesFile);
  const job = { signal, onProgress: showProgress(io) };
  const read = await readData(files, flags, io);
  const dimensions = flags.dimensions ?? (name === "hashing" ? adapter.inputDimensions : undefined);
  await withEmbedder(name, { ...flags, dimensions }, io, async (open) => {
    const embedding = {
      embedder: open.uncached,
      cache: open.cache?.store,
      prefixes: open.prefixes ?? ("none" as const),
    };
    const estimate = await estimateRecheck(adapter, read.data, { ...embedding, probes, signal });
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
    const { sentences, judgement, ...rest } = found;
    const { questions: rows, ...figures } = judgement ?? { questions: [] };
    const judged =
      judgement === null
        ? null
        : flags.questions === true
          ? { ...figures, questions: rows }
          : figures;
    await io.print(
      flags.json === true
        ? `${JSON.stringify({ sentences, judgement: judged, ...rest })}\n`
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

/** By the id that the adapter was made for, as the command names embedders. */
function embedderNeeded(id: string | null): string {
  if (id === null) return "--embedder is needed: the model that the adapter was made for";
  const [provider, ...rest] = id.split("?", 1)[0].split("/");
  // Behind the model's name stand its dimensions, and how long texts are treated.
  const model = rest.join("/").replace(/\/\d+(\/.*)?$/, "");
  const known = ["openai", "ollama", "transformers"].includes(provider);
  const flag =
    provider === "hashing"
      ? "hashing"
      : known
        ? `${provider}:${model}`
        : `http://${provider}/v1#${model}`;
  return `--embedder is needed: the adapter was made for ${JSON.stringify(id)}, such as --embedder ${flag}`;
}
