import { missingPeer } from "../base/missing-peer.js";
import type { Embedder } from "../embed/embedder.js";
import { checkBatching, createFunctionEmbedder } from "../embed/function-embedder.js";
import { createMatrix } from "../math/matrix.js";

export interface TransformersEmbedderOptions {
  /** Name on the Hugging Face hub, or a directory: `"Xenova/all-MiniLM-L6-v2"`. */
  readonly model: string;
  /** How the tokens' vectors become the text's. @default "mean" */
  readonly pooling?: "mean" | "cls" | "last_token" | undefined;
  /** Scale vectors to length 1. @default true */
  readonly normalize?: boolean | undefined;
  /** Precision of the weights, e.g. `"fp32"`, `"fp16"`, `"q8"`. @default "fp32" */
  readonly dtype?: string | undefined;
  /** Where to compute, e.g. `"cpu"`, `"webgpu"`. @default the library's choice */
  readonly device?: string | undefined;
  /** Version of the model on the hub. @default "main" */
  readonly revision?: string | undefined;
  /** Use files on this machine only. @default false */
  readonly localFilesOnly?: boolean | undefined;
  /** Texts per run of the model. @default 16 */
  readonly batchSize?: number | undefined;
}

/**
 * An embedder of a model that runs here, by `@huggingface/transformers` (an optional peer: install it beside embedtune).
 * Texts longer than the model takes are cut by its tokenizer. For models trained with prefixes, wrap it in
 * `withPrefixes`.
 *
 * @throws Error when the library is not installed or the model cannot be loaded, naming it; RangeError when `batchSize` is
 *   no count.
 */
export async function createTransformersEmbedder({
  model,
  pooling = "mean",
  normalize = true,
  dtype = "fp32",
  device,
  revision = "main",
  localFilesOnly = false,
  batchSize = 16,
}: TransformersEmbedderOptions): Promise<Embedder> {
  checkBatching("createTransformersEmbedder", { batchSize });
  const { pipeline } = await import("@huggingface/transformers").catch(
    missingPeer("createTransformersEmbedder", "@huggingface/transformers@4"),
  );
  const extract = await pipeline("feature-extraction", model, {
    dtype,
    revision,
    local_files_only: localFilesOnly,
    ...(device === undefined ? {} : { device }),
  }).catch((cause: unknown) => {
    throw new Error(`${model}: cannot be loaded (${(cause as Error).message})`, { cause });
  });
  return createFunctionEmbedder(
    async (texts) => {
      const { dims, data } = await extract([...texts], { pooling, normalize });
      return createMatrix(dims[0], dims[1], Float32Array.from(data));
    },
    {
      id: [
        "transformers",
        revision === "main" ? model : `${model}@${revision}`,
        dtype,
        pooling,
        ...(normalize ? [] : ["raw"]),
      ].join("/"),
      symmetric: true,
      batchSize,
    },
  );
}
