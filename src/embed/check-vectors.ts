/**
 * Refuses an embedder's answer that has not one vector for each text.
 *
 * @throws RangeError naming the embedder by its id.
 */
export function checkVectorCount(id: string, vectors: number, texts: number): void {
  if (vectors !== texts) {
    throw new RangeError(
      `${id} must give ${texts} vectors for ${texts} texts, received ${vectors}`,
    );
  }
}

/** Vectors of another length than those before: which of the two are wrong, nobody knows. */
export class VectorLengthError extends RangeError {}

/**
 * Refuses vectors of another length than those the embedder gave before.
 *
 * @param like Which those are, where it is not plain.
 * @param remedy What to do about it, from a semicolon on.
 * @throws VectorLengthError, a RangeError, naming the embedder by its id.
 */
export function checkVectorLength(
  id: string,
  length: number,
  expected: number,
  like = "",
  remedy = "",
): void {
  if (length !== expected) {
    throw new VectorLengthError(
      `${id} must give vectors of ${expected} values${like}, received ${length}${remedy}`,
    );
  }
}
