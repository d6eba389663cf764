import { describe, expect, it } from "vitest";
import { createHashingEmbedder, tune } from "embedtune";
import { questionsWithCopies } from "../../../src/tune/verdict/copies.js";

describe("questionsWithCopies", () => {
  // Rows 0 and 1 nearly equal each other, row 2 stands alone.
  const passageTwin = Uint32Array.of(0, 0, 2);

  it("counts questions whose right passage has a near copy that answers nothing", () => {
    const beside = { passageTwin, relevant: [[0], [0], [2]] };
    expect(questionsWithCopies(beside, [0, 1, 2])).toBe(2);
    expect(questionsWithCopies(beside, [2])).toBe(0);
    // One that is asked about, too, is a passage like another.
    expect(questionsWithCopies({ passageTwin, relevant: [[0], [1], [2]] }, [0, 1, 2])).toBe(0);
  });

  it("passes over what is too little to make a gain", () => {
    const relevant = Array.from({ length: 41 }, (_, i) => [i < 2 ? 0 : 2]);
    expect(questionsWithCopies({ passageTwin, relevant }, [...relevant.keys()])).toBe(0);
    expect(questionsWithCopies({ passageTwin, relevant }, [...relevant.keys()].slice(1))).toBe(0);
    expect(
      questionsWithCopies({ passageTwin, relevant }, [0, 1, ...relevant.keys()].slice(0, 40)),
    ).toBe(4);
  });
});

describe("a verdict on pairs whose passages are nearly the corpus's", () => {
  const subjects = ["refund", "invoice", "password", "calendar", "export", "plan", "phone", "tax"];
  const passage = (i: number): string =>
    `About the ${subjects[i]}: where it stands in your account, who may see it, what it costs, how long we keep it and whom to ask when it is gone`;
  const corpus = subjects.map((_, i) => passage(i));
  const pairs = (end: string) =>
    Array.from({ length: 64 }, (_, i) => ({
      query: `${["lost my", "where is my", "a question on the", "who sees the"][i % 4]} ${subjects[i % 8]} ${i}`,
      passage: `${passage(i % 8)}${end}`,
    }));
  const options = {
    ...{ embedder: createHashingEmbedder({ dimensions: 64 }), forms: false },
    candidates: ["rca"],
  } as const;

  it("says what may be behind the gain, also in the adapter, and nothing where they are the corpus's own", async () => {
    const nearly = await tune({ pairs: pairs(" forever"), corpus }, options);
    expect(nearly.corpus.rows).toBe(16);
    expect(nearly.sentence).toContain("Beside the right passage of 64 questions stands one that");
    expect(nearly.best.adapter.metadata.sentence).toBe(nearly.sentence);
    // Case and white space make no other passage.
    const own = await tune({ pairs: pairs(" "), corpus }, options);
    expect(own.corpus.rows).toBe(8);
    expect(own.sentence).not.toContain("Beside the right passage");
  });
});
