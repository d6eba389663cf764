import { describe, expect, it } from "vitest";
import { cosineSimilarity, createHashingEmbedder, fitHashingIdf } from "embedtune";
import { createNgramCounter } from "../../src/embed/hashing/character-ngrams.js";
import { rowOf } from "../../src/math/matrix.js";

function countsOf(text: string, min = 3, max = 5): number[] {
  const counts: number[] = [];
  createNgramCounter(min, max).forEach(text, (_hash, count) => counts.push(count));
  return counts;
}

describe("character n-grams", () => {
  it("finds the n-grams of each word padded by blanks", () => {
    // " cat ": 3 of size 3, 2 of size 4, 1 of size 5
    expect(countsOf("cat")).toEqual([1, 1, 1, 1, 1, 1]);
    expect(countsOf("a")).toEqual([1]); // " a "
  });

  it("counts a padded word shorter than the smallest size once", () => {
    expect(countsOf("a", 4, 5)).toEqual([1]);
  });

  it("counts repeats, whatever the case and the white space between words", () => {
    expect(countsOf("Cat\n\t cAT")).toEqual([2, 2, 2, 2, 2, 2]);
  });

  it("counts a character outside the basic plane as one", () => {
    expect(countsOf("😀")).toEqual(countsOf("a"));
  });

  it("does not lose n-grams when its table grows", () => {
    const text = Array.from({ length: 5000 }, (_, i) => String(i * 7919)).join(" ");
    const total = countsOf(text, 3, 3).reduce((a, b) => a + b);
    const expected = text.split(" ").reduce((sum, word) => sum + word.length, 0);
    expect(total).toBe(expected);
  });
});

describe("the hashing embedder", () => {
  it("says in its id what it is", () => {
    expect(createHashingEmbedder().id).toBe("hashing/char-3-5/1536/v1");
    expect(createHashingEmbedder({ dimensions: 64 }).id).toBe("hashing/char-3-5/64/v1");
  });

  it("gives vectors of length 1, the same whatever else is embedded", async () => {
    const embedder = createHashingEmbedder({ dimensions: 300 });
    const both = await embedder.embed(["who wrote hamlet", "Hamlet was written by Shakespeare."]);
    const alone = await embedder.embed(["Hamlet was written by Shakespeare."]);
    expect(rowOf(both, 1)).toEqual(alone.data);
    expect(cosineSimilarity(alone.data, alone.data)).toBeCloseTo(1, 6);
  });

  it("keeps its vectors from version to version", async () => {
    const { data } = await createHashingEmbedder({ dimensions: 8 }).embed([
      "the cat sat on the mat",
    ]);
    expect([...data].map((x) => Number(x.toFixed(4)))).toMatchInlineSnapshot(`
      [
        0.2501,
        0.3884,
        -0.3884,
        0.3288,
        -0.5231,
        -0.3288,
        -0.3288,
        -0.1942,
      ]
    `);
  });

  it("refuses a text without content, by its place", async () => {
    const embedder = createHashingEmbedder();
    await expect(embedder.embed(["a", ""])).rejects.toThrow(
      'embed: texts[1] must be more than white space, received ""',
    );
    await expect(embedder.embed([" \n"])).rejects.toThrow(
      'texts[0] must be more than white space, received " \\n"',
    );
    await expect(embedder.embed([undefined as unknown as string])).rejects.toThrow(
      "embed: texts[0] must be a string, received nothing",
    );
  });

  it("refuses dimensions that are no count", () => {
    expect(() => createHashingEmbedder({ dimensions: 0 })).toThrow(
      "createHashingEmbedder: dimensions must be an integer >= 1, received 0",
    );
  });

  it("stops when it is told to", async () => {
    const embedder = createHashingEmbedder();
    await expect(embedder.embed(["a"], { signal: AbortSignal.abort() })).rejects.toThrow("aborted");
  });
});

describe("the idf of the hashing embedder", () => {
  const passages = ["the cat sat", "the dog ran", "the bird sang", "the fish swam"];

  it("weighs an n-gram by how few texts have it, as scikit-learn's smooth idf does", async () => {
    const { documents, weights } = await fitHashingIdf(passages);
    expect(documents).toBe(4);
    const weightOf = (word: string): number => {
      let weight = 0;
      createNgramCounter(5, 5).forEach(word, (hash) => (weight = weights[hash >>> 12]));
      return weight;
    };
    expect(weightOf("the")).toBeCloseTo(Math.log(5 / 5) + 1, 6);
    expect(weightOf("cat")).toBeCloseTo(Math.log(5 / 2) + 1, 6);
    expect(weightOf("cow")).toBeCloseTo(Math.log(5 / 1) + 1, 6);
  });

  it("lets a rare word decide where frequent ones are shared", async () => {
    const embedder = createHashingEmbedder({ idf: await fitHashingIdf(passages) });
    const plain = createHashingEmbedder();
    const texts = ["the cat", "the dog ran", "a cat slept"];
    const likeness = async (e: typeof plain): Promise<number> => {
      const m = await e.embed(texts);
      const of = (i: number): number => cosineOfUnit(rowOf(m, 0), rowOf(m, i));
      return of(2) - of(1);
    };
    expect(await likeness(embedder)).toBeGreaterThan(await likeness(plain));
  });

  it("names the fit in the id, so that a cache never mixes two", async () => {
    const one = createHashingEmbedder({ idf: await fitHashingIdf(passages) });
    const same = createHashingEmbedder({ idf: await fitHashingIdf([...passages].reverse()) });
    const other = createHashingEmbedder({ idf: await fitHashingIdf(passages.slice(1)) });
    expect(one.id).toMatch(/^hashing\/char-3-5\/1536\/idf-[0-9a-f]{16}\/v1$/);
    expect(same.id).toBe(one.id);
    expect(other.id).not.toBe(one.id);
  });

  it("refuses to be fitted on nothing", async () => {
    await expect(fitHashingIdf([])).rejects.toThrow(
      "fitHashingIdf: texts must be one text or more, received []",
    );
  });
});

function cosineOfUnit(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
