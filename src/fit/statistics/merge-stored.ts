import { refuse } from "../../base/checks.js";
import type { AbortSignalLike } from "../../base/progress.js";
import { decodePairStatistics } from "./pair-statistics-encode.js";
import { mergePairStatistics, type PairStatistics } from "./pair-statistics.js";

export interface MergeStoredOptions {
  readonly signal?: AbortSignalLike | undefined;
}

/** Names in a message before it says how many more there are. */
const mostNames = 5;

/**
 * Adds up the statistics of shards that lie in files or in object storage, one after another in the order of their names:
 * rounding depends on the order, so that whoever names the shards alike gets the same bits, whichever machine counted which and
 * when. Two states are in memory at a time.
 *
 * Either all shards are in the sums, or there are none: what is missing or damaged is named.
 *
 * @param names Every shard, each once, e.g. the names of their files. What stands beside them in the storage is not looked at.
 * @param read The bytes that {@link encodePairStatistics} made of a shard; `undefined` (or an error) where there are none.
 * @throws RangeError where no shard or one twice is named, dimensions differ between two, and, when all have been asked for,
 *   with the names of those that cannot be read or are damaged, `cause` being what was wrong with the first.
 */
export async function mergeStoredStatistics(
  names: readonly string[],
  read: (name: string) => Promise<Uint8Array | undefined>,
  { signal }: MergeStoredOptions = {},
): Promise<PairStatistics> {
  const place = "mergeStoredStatistics: names";
  if (names.length === 0) refuse(place, "at least one", names);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) refuse(place, "all different", twice);
  let total: PairStatistics | undefined;
  const missing: string[] = [];
  let cause: unknown;
  for (const name of names) {
    signal?.throwIfAborted();
    let statistics: PairStatistics;
    try {
      const bytes = await read(name);
      if (bytes === undefined) throw new RangeError("there is nothing of that name");
      statistics = decodePairStatistics(bytes);
    } catch (error) {
      signal?.throwIfAborted();
      if (missing.length === 0) cause = error;
      missing.push(name);
      continue;
    }
    if (total !== undefined && statistics.dimensions !== total.dimensions) {
      const expected = `of ${total.dimensions} dimensions like those before`;
      refuse(`mergeStoredStatistics: ${name}`, expected, statistics.dimensions);
    }
    if (missing.length === 0) {
      total = total === undefined ? statistics : mergePairStatistics(total, statistics);
    }
  }
  if (total === undefined || missing.length > 0) {
    const more = missing.length > mostNames ? ` and ${missing.length - mostNames} more` : "";
    const first = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(
      `mergeStoredStatistics: all ${names.length} shards must be there and whole, received none of ` +
        `${missing.slice(0, mostNames).join(", ")}${more} (${first})`,
      { cause },
    );
  }
  return total;
}
