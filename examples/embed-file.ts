/**
 * Embeds a file of texts, one per line, into a NumPy array: row i is line i.
 *
 *     npx tsx examples/embed-file.ts --input TEXTS.txt --output V.npy [--embedder hashing|openai|transformers]
 *       [--model NAME] [--dimensions N] [--cache DIR] [--side query|passage] [--dry-run]
 *
 * `openai` uses OPENAI_API_KEY, and OPENAI_BASE_URL for another server that speaks its protocol. What was embedded is
 * kept in the cache: after an interruption the same command goes on where it stopped.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import cliProgress from "cli-progress";
import { createHashingEmbedder, encodeNpy, withCache, type Embedder } from "embedtune";
import { createLmdbStore } from "embedtune/node";
import { createOpenAIEmbedder, type OpenAIEmbedder } from "embedtune/openai";
import { createTransformersEmbedder } from "embedtune/transformers";
import { runExample } from "./shared/cli.js";

const { values: flags } = parseArgs({
  options: {
    input: { type: "string" },
    output: { type: "string" },
    embedder: { type: "string", default: "hashing" },
    model: { type: "string" },
    dimensions: { type: "string" },
    cache: { type: "string", default: ".cache/embeddings" },
    side: { type: "string", default: "passage" },
    "dry-run": { type: "boolean", default: false },
  },
});

interface Chosen {
  readonly embedder: Embedder;
  /** Only a provider that takes money knows what it costs. */
  readonly openai?: OpenAIEmbedder;
}

async function chooseEmbedder(): Promise<Chosen> {
  const dimensions = flags.dimensions === undefined ? undefined : Number(flags.dimensions);
  switch (flags.embedder) {
    case "hashing":
      return { embedder: createHashingEmbedder({ dimensions }) };
    case "openai": {
      // Counting sends nothing, so it needs no key.
      const apiKey = flags["dry-run"] ? (process.env["OPENAI_API_KEY"] ?? "none") : undefined;
      const openai = createOpenAIEmbedder({ model: flags.model, dimensions, apiKey });
      return { embedder: openai, openai };
    }
    case "transformers":
      return {
        embedder: await createTransformersEmbedder({
          model: flags.model ?? "Xenova/all-MiniLM-L6-v2",
        }),
      };
    default:
      throw new Error(
        `--embedder must be hashing, openai or transformers, received "${flags.embedder}"`,
      );
  }
}

function readTexts(path: string): string[] {
  let content: string;
  try {
    content = readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch (cause) {
    throw new Error(`${path}: cannot be read (${(cause as Error).message})`, { cause });
  }
  const lines = content.replace(/\r?\n$/, "").split(/\r?\n/);
  if (content.trim() === "") throw new Error(`${path} must have a text per line, received none`);
  const empty = lines.findIndex((line) => line.trim() === "");
  if (empty >= 0) throw new Error(`${path}:${empty + 1} must be a text, received an empty line`);
  return lines;
}

const dollars = (cost: number | undefined): string =>
  cost === undefined ? "price unknown" : `$${cost.toFixed(cost < 0.1 ? 6 : 2)}`;

/** `95` as "1m35s"; "?" where it is not known. */
function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${whole % 60}s`;
  return `${Math.floor(whole / 3600)}h${Math.floor((whole % 3600) / 60)}m`;
}

await runExample(async (signal) => {
  const { input, output, side } = flags;
  if (input === undefined)
    throw new Error("--input must be a file of texts, one per line, received nothing");
  if (output === undefined && !flags["dry-run"])
    throw new Error("--output must be a .npy file, received nothing");
  if (side !== "query" && side !== "passage") {
    throw new Error(`--side must be query or passage, received "${side}"`);
  }
  const texts = readTexts(input);
  const { embedder, openai } = await chooseEmbedder();
  const store = createLmdbStore({ path: flags.cache });
  try {
    const cached = withCache(embedder, store);
    const missing = await cached.missing(texts, { side, signal });
    console.error(
      `${texts.length} texts, ${missing.length} of them not in the cache ${flags.cache}`,
    );
    if (openai !== undefined && missing.length > 0) {
      const plan = await openai.plan(missing, { signal });
      console.error(
        `${plan.tokens} tokens in ${plan.requests} ${plan.requests === 1 ? "request" : "requests"}: ${dollars(plan.cost)} (${dollars(plan.batchCost)} by the Batch API)` +
          (plan.longTexts > 0 ? `; ${plan.longTexts} texts are too long and will be cut` : ""),
      );
    }
    if (flags["dry-run"] || output === undefined) return;

    const bar = new cliProgress.SingleBar(
      {
        format: " embed |{bar}| {value}/{total} {rate}/s, {cost}{left} left",
        stream: process.stderr,
      },
      cliProgress.Presets.shades_classic,
    );
    const started = performance.now();
    if (process.stderr.isTTY) bar.start(texts.length, 0, { rate: 0, cost: "", left: "?" });
    try {
      const matrix = await cached.embed(texts, {
        side,
        signal,
        onProgress: ({ done, total }) => {
          if (total === undefined) return;
          bar.setTotal(total);
          // What is in the cache takes no time to speak of and says nothing of the rest.
          const embedded = Math.max(0, done - (total - missing.length));
          const rate = embedded / ((performance.now() - started) / 1000);
          const cost = openai === undefined ? "" : `${dollars(openai.usage().cost)} so far, `;
          bar.update(done, { rate: Math.round(rate), cost, left: duration((total - done) / rate) });
        },
      });
      writeFileSync(output, encodeNpy(matrix));
      bar.stop();
      const { hits, misses } = cached.statistics();
      const spent = openai === undefined ? "" : `, ${dollars(openai.usage().cost)} spent`;
      console.error(
        misses === 0
          ? `all ${hits} different texts found in the cache`
          : `${hits} found in the cache, ${misses} embedded${spent}`,
      );
      console.log(`${output}: ${matrix.rows} × ${matrix.cols}, ${embedder.id}`);
    } finally {
      bar.stop();
    }
  } finally {
    await store.close();
  }
});
