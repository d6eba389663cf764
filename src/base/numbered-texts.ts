/** Distinct texts, numbered in the order in which they were first added. */
export interface NumberedTexts {
  /** Text `i` has number `i`. */
  readonly texts: readonly string[];
  /** The text's number, the same for equal texts. */
  add(text: string): number;
  /** The number of a text that was added. */
  numberOf(text: string): number | undefined;
}

/** An empty {@link NumberedTexts}. */
export function createNumberedTexts(): NumberedTexts {
  const numbers = new Map<string, number>();
  const texts: string[] = [];
  return {
    texts,
    add(text) {
      let number = numbers.get(text);
      if (number === undefined) {
        number = texts.push(text) - 1;
        numbers.set(text, number);
      }
      return number;
    },
    numberOf: (text) => numbers.get(text),
  };
}
