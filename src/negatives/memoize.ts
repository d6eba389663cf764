/**
 * A function of texts that remembers its latest answers: miners meet the same passages again and again, once for every
 * query they are near to.
 *
 * @param limit answers kept; when there are so many, all are forgotten
 */
export function remember<Result>(
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
