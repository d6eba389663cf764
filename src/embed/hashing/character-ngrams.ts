/**
 * The distinct word-boundary character n-grams of texts and how often each occurs, as 32-bit hashes.
 *
 * A text is lower-cased and split at white space; each word is padded by one blank on both sides and contributes its
 * n-grams of every size, so that "cat" gives " ca", "cat", "at ", " cat", "cat ", " cat ". A padded word shorter than
 * n contributes itself once. (The analysis of scikit-learn's `char_wb` analyser.) Characters are code points.
 *
 * The hash is MurmurHash3 (x86, 32 bits) over code points, one block each. It is built up character by character, so
 * that all sizes starting at one place share their work.
 */
export interface NgramCounter {
  /** Counts one text and calls `visit` once per distinct n-gram, in order of first occurrence. */
  forEach(text: string, visit: (hash: number, count: number) => void): void;
}

/** Creates a counter; it keeps its tables between texts, so one text at a time. */
export function createNgramCounter(minSize: number, maxSize: number): NgramCounter {
  let capacity = 1 << 12;
  let hashes = new Int32Array(capacity);
  let counts = new Int32Array(capacity);
  /** Slots in use, in order of first occurrence: emptying touches only these. */
  let used = new Int32Array(capacity >> 1);
  let usedCount = 0;

  const grow = (): void => {
    const [oldHashes, oldCounts, oldUsed] = [hashes, counts, used];
    capacity *= 2;
    hashes = new Int32Array(capacity);
    counts = new Int32Array(capacity);
    used = new Int32Array(capacity >> 1);
    for (let k = 0; k < usedCount; k++) {
      const slot = slotOf(oldHashes[oldUsed[k]]);
      hashes[slot] = oldHashes[oldUsed[k]];
      counts[slot] = oldCounts[oldUsed[k]];
      used[k] = slot;
    }
  };
  const slotOf = (hash: number): number => {
    let slot = hash & (capacity - 1);
    while (counts[slot] !== 0 && hashes[slot] !== hash) slot = (slot + 1) & (capacity - 1);
    return slot;
  };
  const add = (hash: number): void => {
    let slot = slotOf(hash);
    if (counts[slot] === 0) {
      if (usedCount === used.length) {
        grow();
        slot = slotOf(hash);
      }
      hashes[slot] = hash;
      used[usedCount++] = slot;
    }
    counts[slot]++;
  };

  const addWord = (word: Int32Array, length: number): void => {
    for (let start = 0; start < length; start++) {
      let state = 0;
      const end = Math.min(length, start + maxSize);
      for (let i = start; i < end; i++) {
        state = mix(state, word[i]);
        const size = i - start + 1;
        // A word shorter than the smallest size counts as one n-gram, from its start only.
        if (size >= minSize || (start === 0 && i === length - 1)) add(finish(state, size));
      }
    }
  };

  let word = new Int32Array(64);
  return {
    forEach(text, visit) {
      for (let k = 0; k < usedCount; k++) counts[used[k]] = 0;
      usedCount = 0;
      for (const [token] of text.toLowerCase().matchAll(/\S+/gu)) {
        if (token.length + 2 > word.length) word = new Int32Array(2 * token.length + 2);
        let length = 0;
        word[length++] = blank;
        for (const character of token) word[length++] = character.codePointAt(0) as number;
        word[length++] = blank;
        addWord(word, length);
      }
      for (let k = 0; k < usedCount; k++) visit(hashes[used[k]], counts[used[k]]);
    },
  };
}

const blank = 0x20;

function mix(state: number, block: number): number {
  let k = Math.imul(block, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  state ^= Math.imul(k, 0x1b873593);
  state = (state << 13) | (state >>> 19);
  return (Math.imul(state, 5) + 0xe6546b64) | 0;
}

function finish(state: number, blocks: number): number {
  state ^= 4 * blocks;
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return state ^ (state >>> 16);
}
