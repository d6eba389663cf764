import { runConcurrently } from "./run-concurrently.js";

/**
 * {@link runConcurrently} over a list whose results are wanted all together, in the order of the items: at most `limit` are
 * under way at once, and a failure is thrown when what is under way is finished.
 */
export async function mapConcurrently<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item, i: number) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  const finished = runConcurrently(
    items.entries(),
    async ([i, item]) => [i, await work(item, i)] as const,
    () => limit,
  );
  for await (const [i, result] of finished) results[i] = result;
  return results;
}
