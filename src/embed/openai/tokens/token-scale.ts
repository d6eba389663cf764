/** The server's tokens per unit that inputs are sized in. Its limits are counted in its tokens. */
export interface TokenScale {
  readonly value: number;
  /** From now on inputs are sized in bytes. */
  sizeByBytes(): void;
  /** The server has counted so many tokens in inputs of a size. */
  learn(size: number, counted: number): void;
}

/** How many answers say what is usual, and how many what is usual just now. */
const longMemory = 64;
const shortMemory = 4;
/** What is added to the usual where bytes stand for tokens: texts are no more alike than that. */
const margin = 1.2;

/**
 * Sizes are tokens by a tokenizer that may not be the server's: the scale is then the most that an answer has shown, at
 * least 1. Where there is no tokenizer sizes are bytes: a byte is a token until the first answer tells better, and then
 * the larger of the long and the short running mean of tokens per byte, plus 20 %, at most 1.
 */
export function createTokenScale(): TokenScale {
  let bytes = false;
  let value = 1;
  const answers: { readonly size: number; readonly counted: number }[] = [];
  const mean = (count: number): number => {
    const latest = answers.slice(-count);
    const sum = (of: "size" | "counted"): number => latest.reduce((s, answer) => s + answer[of], 0);
    return sum("counted") / sum("size");
  };
  return {
    get value() {
      return value;
    },
    sizeByBytes() {
      bytes = true;
    },
    learn(size, counted) {
      if (!(size > 0)) return;
      if (!bytes) {
        value = Math.max(value, counted / size);
        return;
      }
      answers.push({ size, counted });
      if (answers.length > longMemory) answers.shift();
      const usual = margin * Math.max(mean(longMemory), mean(shortMemory));
      // An answer that counts nothing says nothing.
      value = usual > 0 ? Math.min(1, usual) : 1;
    },
  };
}
