import type { TuningFileFormat } from "../../data/tuning-files/types.js";
import type { EmbeddingEstimate } from "../../embed/embedder.js";
import { addEstimates, estimateEmbedding } from "../../embed/estimate.js";
import { interruptible, wrongUse } from "../failures.js";
import { withOutput, type Sink } from "../files/output.js";
import type { VectorFormat } from "../../data/vector-files/output-types.js";
import { createVectorWriter } from "../../data/vector-files/vector-writer.js";
import { vectorFormatOf } from "../files/vector-format.js";
import type { CommandIo } from "../io.js";
import { showProgress } from "../progress.js";
import type { CommonFlags } from "../verb.js";
import { keptIn, withEmbedder, type EmbedderFlags, type OpenEmbedder } from "./open-embedder.js";
import { openTexts, type OpenedTexts, type TextOfRecord } from "./read-texts.js";
import { agreeToSpend, dollars, estimateSentence } from "./spending.js";

export interface EmbedFlags extends CommonFlags, EmbedderFlags {
  readonly embedder: string;
  readonly out?: string | undefined;
  readonly column: string;
  readonly format?: TuningFileFormat | undefined;
  readonly side: "query" | "passage";
}

/** Texts embedded at a time: enough for many requests at once, few enough to hold their vectors. */
const blockSize = 8192;

/** `embedtune embed`: a file of texts to vectors, a block at a time. */
export async function embed(flags: EmbedFlags, [file]: [string], io: CommandIo): Promise<void> {
  const { out, dryRun = false, json = false } = flags;
  if (out === undefined && !dryRun) {
    throw wrongUse(
      "--out is needed: a .npy, .jsonl or .parquet file, or - for JSON lines on standard output",
    );
  }
  const format = out === undefined ? "npy" : vectorFormatOf(out);
  if (out === "-" && json)
    throw wrongUse("--json and --out - both want standard output, leave one out");
  await withEmbedder(flags.embedder, flags, io, async (open) => {
    const counting = open.priced || dryRun;
    const texts = await textBlocks(file, flags, { again: counting }, io);
    // A file is read through for the sake of progress alone; standard input comes only once.
    const { texts: total, estimate } =
      counting || file !== "-" ? await estimateBlocks(open, texts, flags, io) : {};
    if (dryRun && estimate !== undefined) {
      const result = { ...estimate, texts: total, embedder: open.embedder.id };
      return io.print(`${json ? JSON.stringify(result) : estimateSentence(estimate)}\n`);
    }
    if (estimate !== undefined) await agreeToSpend(open, estimate, flags, io);
    await embedTo(out ?? "-", format, open, { texts, total, side: flags.side, json }, io);
  });
}

type TextBlocks = () => AsyncIterable<readonly TextOfRecord[]>;

/** Blocks of texts that can be gone through again; of standard input only where asked, for it must be kept for that. */
async function textBlocks(
  file: string,
  { column, format }: EmbedFlags,
  { again }: { readonly again: boolean },
  io: CommandIo,
): Promise<TextBlocks> {
  const options = { column, format, block: blockSize, signal: io.signal };
  const opened = await openTexts(file, options);
  io.say(`${file === "-" ? "standard input" : file} is read as ${opened.format}`);
  if (file === "-" && again) {
    const blocks: (readonly TextOfRecord[])[] = [];
    for await (const block of opened.blocks) blocks.push(block);
    return async function* () {
      yield* blocks;
    };
  }
  let next: OpenedTexts | undefined = opened;
  return async function* () {
    const { blocks } = next ?? (await openTexts(file, options));
    next = undefined;
    yield* blocks;
  };
}

/** What all blocks would take, the tokens only where somebody asks. A text that stands in two blocks counts for both. */
async function estimateBlocks(
  { embedder, priced }: OpenEmbedder,
  blocks: TextBlocks,
  { side, dryRun = false }: EmbedFlags,
  { signal }: CommandIo,
): Promise<{ readonly texts: number; readonly estimate: EmbeddingEstimate }> {
  let texts = 0;
  let estimate = await estimateEmbedding(embedder, []);
  for await (const block of blocks()) {
    texts += block.length;
    if (!priced && !dryRun) continue;
    const inBlock = block.map(({ text }) => text);
    estimate = addEstimates(estimate, await estimateEmbedding(embedder, inBlock, { side, signal }));
  }
  return { texts, estimate };
}

async function embedTo(
  out: string,
  format: VectorFormat,
  open: OpenEmbedder,
  {
    texts,
    total,
    side,
    json,
  }: {
    readonly texts: TextBlocks;
    /** `undefined` while nobody has counted. */
    readonly total: number | undefined;
    readonly side: "query" | "passage";
    readonly json: boolean;
  },
  io: CommandIo,
): Promise<void> {
  const { embedder, cache, spent } = open;
  const show = showProgress(io);
  let done = 0;
  let dimensions = 0;
  const rows = await interruptible(
    io.signal,
    () => keptIn(open),
    () =>
      withOutput(out, io, async (sink: Sink) => {
        const writer = await createVectorWriter(format, sink);
        for await (const block of texts()) {
          const vectors = await embedder.embed(
            block.map(({ text }) => text),
            {
              side,
              signal: io.signal,
              onProgress: (progress) => show({ stage: "embed", done: done + progress.done, total }),
            },
          );
          await writer.write(
            vectors,
            block.map(({ record }) => record),
          );
          done += block.length;
          dimensions = vectors.cols;
        }
        return writer.finish();
      }),
  );
  const { hits = 0, misses = rows } = cache?.statistics() ?? {};
  const cost = spent?.();
  const result = {
    out,
    rows,
    dimensions,
    embedder: embedder.id,
    found: hits,
    embedded: misses,
    cost,
  };
  if (json) return io.print(`${JSON.stringify(result)}\n`);
  const price = cost === undefined || !open.priced ? "" : `, ${dollars(cost)} spent`;
  if (cache !== undefined) io.say(`${hits} found in the cache, ${misses} embedded${price}`);
  const line = `${out === "-" ? "standard output" : out}: ${rows} × ${dimensions}, ${embedder.id}`;
  if (out === "-") io.say(line);
  else await io.print(`${line}\n`);
}
