import type { Bm25Tokenizer } from "./tokenize.js";

/** Which documents hold each term, and how often: flat columns, the documents of a term beside each other. */
export interface Postings {
  readonly documents: number;
  /** Number of each term. */
  readonly terms: ReadonlyMap<string, number>;
  /** Postings of term `t` stand at `start[t]` to `start[t + 1]`. */
  readonly start: Uint32Array;
  /** Document of each posting, ascending within a term. */
  readonly document: Uint32Array;
  /** How often the term stands in it. */
  readonly frequency: Uint32Array;
  /** Terms in each document, repeats counted. */
  readonly lengths: Uint32Array;
}

export function buildPostings(texts: readonly string[], tokenize: Bm25Tokenizer): Postings {
  const terms = new Map<string, number>();
  const lengths = new Uint32Array(texts.length);
  // Gathered document by document, then counting-sorted by term, which keeps documents ascending.
  const gathered = {
    term: createGrowingColumn(),
    document: createGrowingColumn(),
    frequency: createGrowingColumn(),
  };
  for (const [i, text] of texts.entries()) {
    const tokens = tokenize(text);
    lengths[i] = tokens.length;
    for (const [token, count] of countTerms(tokens)) {
      let term = terms.get(token);
      if (term === undefined) terms.set(token, (term = terms.size));
      gathered.term.push(term);
      gathered.document.push(i);
      gathered.frequency.push(count);
    }
  }
  const termOf = gathered.term.values();
  const start = new Uint32Array(terms.size + 1);
  for (const term of termOf) start[term + 1]++;
  for (let t = 0; t < terms.size; t++) start[t + 1] += start[t];
  const document = new Uint32Array(termOf.length);
  const frequency = new Uint32Array(termOf.length);
  const next = start.slice();
  const documentOf = gathered.document.values();
  const frequencyOf = gathered.frequency.values();
  for (let i = 0; i < termOf.length; i++) {
    const at = next[termOf[i]]++;
    document[at] = documentOf[i];
    frequency[at] = frequencyOf[i];
  }
  return { documents: texts.length, terms, start, document, frequency, lengths };
}

/** How often each term stands in a list, in the order in which they first appear. */
export function countTerms(tokens: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return counts;
}

/** A column that doubles when full: a plain array of millions of numbers would take several times the memory. */
function createGrowingColumn() {
  let data = new Uint32Array(1024);
  let length = 0;
  return {
    push(value: number): void {
      if (length === data.length) {
        const larger = new Uint32Array(2 * length);
        larger.set(data);
        data = larger;
      }
      data[length++] = value;
    },
    values: (): Uint32Array => data.subarray(0, length),
  };
}
