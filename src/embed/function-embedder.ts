import type { AbortSignalLike } from "../base/progress.js";
import { checkInteger, refuse } from "../base/checks.js";
import { checkMatrix, fromRows, type Matrix } from "../math/matrix.js";
import { checkTexts } from "./check-texts.js";
import { checkVectorCount, checkVectorLength } from "./check-vectors.js";
import { collectBatches } from "./requests/collect-batches.js";
import { refusesInputs } from "./requests/refused-calls.js";
import { heedsNoMore, type NoMoreOptions } from "./requests/no-more.js";
import { createPieceSearch, mostAtFirst, pieceBudget } from "./requests/piece-search.js";
import { refusesTheJob, RefusedTextsError, type RefusedText } from "./requests/refused-texts.js";
import type { EmbeddedBatch, EmbedOptions, Embedder } from "./embedder.js";
import { runConcurrently } from "../base/run-concurrently.js";
import { untilAborted } from "../base/until-aborted.js";

/** Vectors of texts, in their order: a matrix, or one array of numbers per text. */
export type EmbedFunction = (
  texts: readonly string[],
  context: { readonly side: "query" | "passage"; readonly signal: AbortSignalLike },
) => Promise<Matrix | readonly ArrayLike<number>[]> | Matrix | readonly ArrayLike<number>[];

export interface FunctionEmbedderOptions {
  /** Names everything the vectors depend on: `"my-server/my-model/384"`. A cache tells models apart by it alone. */
  readonly id: string;
  /** Length of the vectors. @default what the first answer has */
  readonly dimensions?: number | undefined;
  /** True when a text has the same vector as query and as passage. @default false */
  readonly symmetric?: boolean | undefined;
  /** Texts per call. @default 64 */
  readonly batchSize?: number | undefined;
  /** Calls under way at once. @default 1 */
  readonly concurrency?: number | undefined;
}

/**
 * Makes an embedder of any function that gives vectors for texts. Its answers are checked: their count, their length, and
 * that every value is finite. Where a call fails with the status 400, 413 or 422, as the errors of HTTP clients carry it, halves of
 * its texts are tried, until those that the server refuses are known; all others are given. When it is stopped it does not wait for the function, which may heed `context.signal`.
 *
 * @throws RangeError for an id that names nothing and options that are no counts; from `embed`, for wrong answers, naming `id`;
 *   RefusedTextsError for texts that a server refuses.
 */
export function createFunctionEmbedder(
  embedFunction: EmbedFunction,
  { id, dimensions, symmetric = false, batchSize = 64, concurrency = 1 }: FunctionEmbedderOptions,
): Embedder {
  checkId(id, "createFunctionEmbedder");
  checkBatching("createFunctionEmbedder", { batchSize, concurrency });
  let learnt = dimensions;

  const call = async (
    texts: readonly string[],
    [start, end]: readonly [start: number, end: number],
    context: Parameters<EmbedFunction>[1],
  ): Promise<EmbeddedBatch> => {
    const slice = texts.slice(start, end);
    // A function that does not heed the signal is not waited for: its answer is ignored.
    const answer = await untilAborted(
      Promise.resolve(embedFunction(slice, context)),
      context.signal,
    );
    const vectors = matrixOf(answer, id);
    checkVectorCount(id, vectors.rows, slice.length);
    const expected = (learnt ??= vectors.cols);
    if (vectors.cols !== expected) learnt = dimensions; // which of the two was wrong, nobody knows
    checkVectorLength(id, vectors.cols, expected, dimensions === undefined ? " like before" : "");
    checkMatrix(vectors, id, { zeroRows: false });
    return { indices: slice.map((_, k) => start + k), vectors };
  };

  async function* embedBatches(
    texts: readonly string[],
    { signal, side = "passage", noMore }: EmbedOptions & NoMoreOptions = {},
  ): AsyncGenerator<EmbeddedBatch, void, undefined> {
    signal?.throwIfAborted();
    checkTexts(texts, "embed");
    const batches: (readonly [start: number, end: number])[] = [];
    for (let start = 0; start < texts.length; start += batchSize) {
      batches.push([start, Math.min(texts.length, start + batchSize)]);
    }
    const stop = new AbortController();
    const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
    /** Answered, and not handed on yet: kept where another half of the same batch ends the job. */
    const ready: EmbeddedBatch[] = [];
    const refused: RefusedText[] = [];
    let accepted = 0;
    /** @returns The error by which the texts are refused, if they are. */
    const embedRange = async (
      range: readonly [start: number, end: number],
    ): Promise<{ readonly error: unknown } | undefined> => {
      either.throwIfAborted();
      noMore?.throwIfAborted();
      try {
        ready.push(await call(texts, range, { side, signal: either }));
        accepted += range[1] - range[0];
        return undefined;
      } catch (error) {
        if (either.aborted || !refusesInputs(error)) throw error;
        return { error };
      }
    };
    /** @param asked How many texts the call had that was refused. */
    const refuseTexts = (start: number, end: number, error: unknown, asked: number): void => {
      if (refusesTheJob(refused.length + end - start, accepted)) throw error;
      const words = error instanceof Error ? error.message : String(error);
      const among = asked === 1 ? "" : ` (to this text or to one of ${asked - 1} others)`;
      for (let index = start; index < end; index++) {
        refused.push({ index, text: texts[index], reason: `${words}${among}` });
      }
    };
    const embedBatch = async ([first, last]: readonly [start: number, end: number]) => {
      const refusal = await embedRange([first, last]);
      if (refusal === undefined) return;
      const size = last - first;
      if (size === 1) return refuseTexts(first, last, refusal.error, 1);
      const budget = pieceBudget(size, 1);
      const search = createPieceSearch(size, refusal.error, () => accepted > 0);
      /** Each with the call that was refused. They are judged last, by what was accepted. */
      const wrong: Parameters<typeof refuseTexts>[] = [];
      for (let piece = search.next(); piece !== undefined; piece = search.next()) {
        const [start, end] = [first + piece.start, first + piece.end];
        if (budget.left < 1) {
          wrong.push([start, end, piece.of.refusal, piece.of.size]);
          continue;
        }
        budget.left--;
        const again = await embedRange([start, end]);
        if (again === undefined) budget.left += budget.grant;
        else {
          search.refused(piece, again.error);
          if (end - start === 1) wrong.push([start, end, again.error, 1]);
          if (accepted === 0 && wrong.length === mostAtFirst) break;
        }
      }
      for (const one of wrong) refuseTexts(...one);
    };
    try {
      for await (const done of runConcurrently(batches, embedBatch, () => concurrency)) {
        void done;
        yield* ready.splice(0);
      }
      if (refused.length > 0) {
        throw new RefusedTextsError(
          "embed",
          refused.sort((a, b) => a.index - b.index),
        );
      }
    } catch (error) {
      yield* ready.splice(0);
      throw error;
    } finally {
      stop.abort();
    }
  }

  return {
    id,
    symmetric,
    get dimensions() {
      return learnt;
    },
    embedBatches: heedsNoMore(embedBatches),
    embed: (texts, options = {}) =>
      collectBatches(id, texts.length, embedBatches(texts, options), options),
  };
}

/** @throws RangeError naming the embedder, for an answer that is neither a matrix nor a list of vectors. */
function matrixOf(answer: unknown, id: string): Matrix {
  if (typeof answer === "object" && answer !== null && "data" in answer && "cols" in answer) {
    return answer as Matrix;
  }
  if (!Array.isArray(answer)) refuse(`${id}: its answer`, "a Matrix or a list of vectors", answer);
  try {
    return fromRows(answer as readonly ArrayLike<number>[]);
  } catch (cause) {
    throw new RangeError((cause as Error).message.replace(/^fromRows/, id), { cause });
  }
}

/** @throws RangeError unless it names something. */
export function checkId(id: unknown, caller: string): void {
  if (typeof id !== "string" || !/\S/.test(id)) refuse(`${caller}: id`, "a name", id);
}

/** @throws RangeError unless each is a count of at least 1, or is left out. */
export function checkBatching(
  caller: string,
  counts: Pick<FunctionEmbedderOptions, "batchSize" | "concurrency">,
): void {
  for (const [name, value] of Object.entries(counts)) {
    if (value !== undefined && value !== Infinity) {
      checkInteger(value, `${caller}: ${name}`, { least: 1 });
    }
  }
}
