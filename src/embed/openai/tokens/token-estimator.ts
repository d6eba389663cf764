import { utf8Length } from "./utf8-length.js";
import { countUpTo, type Tokenizer } from "./tokenizer.js";

/** Counts tokens where it matters, and else says how many there are at most, almost surely. */
export interface TokenEstimator {
  /** `exact` only where it had to be counted: what is beyond the limit of an input is counted no further. */
  estimate(text: string): { readonly tokens: number; readonly exact: boolean };
}

/** Every so many texts one is counted, to know the tokens per byte of its neighbours. */
const sampleEvery = 16;
/** How many counted texts say what is usual, and how many what is usual just now. */
const longMemory = 64;
const shortMemory = 8;
/** What is added to the usual, so that a request packed by estimates stays under its limit. */
const margin = 1.1;

/**
 * Byte-pair encoding runs at a few megabytes a second, slower than a good connection. But tokens are counted to keep
 * limits, and those need no exact figure: a text never has more tokens than UTF-8 bytes, and the tokens per byte of texts
 * that stand together are much alike. So only texts that could exceed `inputLimit`, the first 64, and then every 16th
 * are counted; for the others their bytes are multiplied by the larger of the long and the short running mean, plus
 * 10 %.
 */
export function createTokenEstimator(tokenizer: Tokenizer, inputLimit: number): TokenEstimator {
  const samples: { readonly tokens: number; readonly bytes: number }[] = [];
  let since = 0;
  const ratio = (count: number): number => {
    let tokens = 0;
    let bytes = 0;
    for (let i = Math.max(0, samples.length - count); i < samples.length; i++) {
      tokens += samples[i].tokens;
      bytes += samples[i].bytes;
    }
    return tokens / bytes;
  };
  let usual = 1;
  return {
    estimate(text) {
      const bytes = utf8Length(text);
      const due = samples.length < longMemory || ++since >= sampleEvery;
      if (!due && bytes <= inputLimit) {
        return { tokens: Math.min(bytes, Math.ceil(bytes * usual)), exact: false };
      }
      const { tokens, length } = countUpTo(tokenizer, text, inputLimit);
      if (due) {
        since = 0;
        const counted = length < text.length ? utf8Length(text.slice(0, length)) : bytes;
        samples.push({ tokens, bytes: counted });
        if (samples.length > longMemory) samples.shift();
        usual = margin * Math.max(ratio(longMemory), ratio(shortMemory));
      }
      return { tokens, exact: true };
    },
  };
}
