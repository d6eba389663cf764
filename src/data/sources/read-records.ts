import type { LongJobOptions } from "../../base/progress.js";
import { createRandom } from "../../base/random.js";
import { DataError, type Place } from "../data-error.js";
import { byteProgress } from "./byte-progress.js";
import type { Framed, Position } from "./lines.js";
import { openRecordSource } from "./foreign.js";
import { sourceName, type Source } from "./open-source.js";
import { checkRecordRange, type RecordRange } from "./record-range.js";

/** For a draw (`sample`) everything is read through once, but only the drawn records are kept and parsed. */
export interface ReadOptions extends LongJobOptions, RecordRange {
  /**
   * What to do with a record that cannot be parsed: stop with the error, pass over it, or pass over it and call this
   * with the error. What passes over is counted in {@link ReadCounts}. A file that cannot be read always stops.
   *
   * @default "stop"
   */
  readonly onError?: "stop" | "skip" | ((error: DataError) => void) | undefined;
}

export interface ReadCounts {
  /** Records handed out. */
  readonly records: number;
  /** Records that could not be parsed and were passed over. */
  readonly failed: number;
}

/** Records as they are asked for; every `for await` over it reads the sources anew. */
export interface RecordStream<T> extends AsyncIterable<T> {
  /** Of the latest pass, so far. */
  readonly counts: ReadCounts;
}

/** How a format is read: the stream is cut into records, and each record parsed when its turn comes. */
export interface RecordFormat<R, T> {
  readonly frame: (
    chunks: AsyncIterable<Uint8Array>,
    position: Position,
  ) => AsyncIterable<readonly Framed<R>[]>;
  readonly parse: (value: R, place: Place) => T;
}

/**
 * Reads records of a format from sources, one after the other.
 *
 * @param caller The public function that was called, for messages about options.
 * @throws RangeError when `skip`, `limit` or `sample` is no integer of at least 0.
 */
export function readRecords<R, T>(
  findSources: () => Promise<readonly Source[]>,
  format: RecordFormat<R, T>,
  options: ReadOptions,
  caller: string,
): RecordStream<T> {
  checkRecordRange(options, caller);
  const counts = { records: 0, failed: 0 };
  return {
    counts,
    async *[Symbol.asyncIterator]() {
      counts.records = 0;
      counts.failed = 0;
      const { sample } = options;
      const framed = frameSources(await findSources(), format, options);
      for await (const batch of sample === undefined ? framed : draw(framed, sample, options)) {
        for (const { value, place } of batch) {
          options.signal?.throwIfAborted();
          let record: T;
          try {
            record = format.parse(value, place);
          } catch (error) {
            const { onError = "stop" } = options;
            if (!(error instanceof DataError) || onError === "stop") throw error;
            if (onError !== "skip") onError(error);
            counts.failed++;
            continue;
          }
          counts.records++;
          yield record;
        }
      }
    },
  };
}

interface Placed<R> {
  readonly value: R;
  readonly place: Place;
}

/** The records between `skip` and `skip + limit`, unparsed. */
async function* frameSources<R>(
  sources: readonly Source[],
  { frame }: RecordFormat<R, unknown>,
  { skip = 0, limit = Infinity, signal, onProgress }: ReadOptions,
): AsyncGenerator<Placed<R>[], void, undefined> {
  if (limit === 0) return;
  const onBytes = onProgress && (await byteProgress(sources, onProgress));
  let ordinal = 0;
  for (const source of sources) {
    const position: Position = { source: sourceName(source), line: 0 };
    const place = (): Place => ({ source: position.source, line: position.line + 1 });
    const begin = ordinal;
    for await (const batch of frame(
      openRecordSource(source, { signal, onBytes, place }),
      position,
    )) {
      const from = Math.max(0, skip - ordinal);
      const to = Math.min(batch.length, skip + limit - ordinal);
      ordinal += batch.length;
      if (from >= to) continue;
      yield batch
        .slice(from, to)
        .map(({ value, line }) => ({ value, place: { source: position.source, line } }));
      if (ordinal >= skip + limit) return;
    }
    if (ordinal === begin) {
      throw new DataError({ source: position.source }, "the file is empty: it has no records");
    }
  }
}

/** Reservoir sampling (Vitter's algorithm R): constant memory, every record with the same chance. */
async function* draw<R>(
  batches: AsyncIterable<Placed<R>[]>,
  sample: number,
  { seed = 1 }: RecordRange,
): AsyncGenerator<Placed<R>[], void, undefined> {
  const random = createRandom(`${seed}/sample`);
  const kept: { ordinal: number; record: Placed<R> }[] = [];
  let ordinal = 0;
  for await (const batch of batches) {
    for (const record of batch) {
      const slot = ordinal < sample ? ordinal : random.integer(ordinal + 1);
      if (slot < sample) kept[slot] = { ordinal, record: detached(record) };
      ordinal++;
    }
  }
  kept.sort((a, b) => a.ordinal - b.ordinal);
  yield kept.map(({ record }) => record);
}

/** A line kept for long must not keep the chunk it was cut from. */
function detached<R>(record: Placed<R>): Placed<R> {
  const { value, place } = record;
  return value instanceof Uint8Array ? { value: value.slice() as R & Uint8Array, place } : record;
}
