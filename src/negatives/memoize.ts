/**
 * A function of texts that keeps its results: miners come upon the same passages again and again, once for every query
 * they are near to.
 *
 * @param limit Results kept; when there are so many, all are dropped.
 */
export function memoize<Result>(
  of: (text: string) => Result,
  limit = 100_000,
): (text: string) => Result {
  const known = new Map<string, Result>();
  return (text) => {
    let result = known.get(text);
    if (result === undefined) {
      if (known.size >= limit) known.clear();
      result = of(text);
      known.set(text, result);
    }
    return result;
  };
}
