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

/**
 * Refuses vectors of another length than those the embedder gave before.
 *
 * @param like Which those are, where it is not plain.
 * @throws RangeError naming the embedder by its id.
 */
export function checkVectorLength(id: string, length: number, expected: number, like = ""): void {
  if (length !== expected) {
    throw new RangeError(
      `${id} must give vectors of ${expected} values${like}, received ${length}`,
    );
  }
}
