import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { cleanText } from "../../src/data/natural-questions/page/clean-text.js";
import { pageFromTokens } from "../../src/data/natural-questions/page/page-text.js";
import { decodeNpy, parseNaturalQuestion, simplifyNaturalQuestion } from "../../src/index.js";
import { dprPairs, readDpr, type DprQuestion } from "../../src/node.js";
import { describeShared, readShared, readSharedLines, sharedPath } from "./shared-data.js";

const nqFiles = [
  "original-dev-00.jsonl.gz",
  "original-train-01.jsonl.gz",
  "simplified-train.jsonl",
  "simplified-dev.jsonl",
];

describeShared("parseNaturalQuestion, on real examples,", () => {
  it("reads titles, ids and spans of every file", () => {
    const questions = nqFiles.flatMap((name) =>
      readSharedLines(`nq/${name}`).map((line) => parseNaturalQuestion(line)),
    );
    expect(questions.map(({ id, title, candidates }) => [id, title, candidates.length])).toEqual([
      ["5225754983651766092", "Trade winds", 10],
      ["6986236841860957647", "High School Musical 2", 106],
      ["5985355041383167183", "Colony (biology)", 18],
      ["-8062182676792486818", "List of WWE Champions", 236],
      ["5328212470870865242", "The Mother (How I Met Your Mother)", 37],
    ]);
    expect(
      questions[0].annotations.map(({ longAnswer }) => longAnswer?.candidateIndex ?? null),
    ).toEqual([null, null, null, 0, 0]);
    expect(questions[0].annotations[3].shortAnswers.map(({ text }) => text)).toEqual([
      "enabled European empire expansion into the Americas and trade routes to become established across the Atlantic and Pacific oceans",
    ]);
    expect(questions[4].annotations[0].shortAnswers[0].text).toBe("Tracy McConnell");
    for (const { candidates } of questions) {
      for (const { text } of candidates) expect(text).not.toMatch(/<\/?[A-Z][a-z]*[ _>]/);
    }
  });

  it.each([false, true])(
    "cuts out of a page that is cleaned once what cleaning each candidate gives, natural: %s",
    (natural) => {
      for (const name of nqFiles) {
        for (const line of readSharedLines(`nq/${name}`)) {
          const json = JSON.parse(line) as {
            document_text?: string;
            document_tokens?: { token: string; html_token: boolean }[];
          };
          const page =
            json.document_tokens === undefined
              ? pageFromTokens(json.document_text!.split(" "))
              : pageFromTokens(
                  json.document_tokens.map(({ token }) => token),
                  json.document_tokens.map(({ html_token }) => html_token),
                );
          const place = { source: name };
          for (const candidate of parseNaturalQuestion(line, place, { natural }).candidates) {
            const { startToken, endToken, text } = candidate;
            expect(text).toBe(cleanText(page, startToken, endToken, { natural }));
          }
        }
      }
    },
  );
});

describeShared("simplifyNaturalQuestion, on real examples,", () => {
  it("gives the bytes of Google's own script", () => {
    const digests = JSON.parse(
      readFileSync(new URL("../fixtures/data/simplify.json", import.meta.url), "utf8"),
    ) as Record<string, string[]>;
    for (const [name, expected] of Object.entries(digests)) {
      const digest = (line: string): string =>
        createHash("sha256").update(simplifyNaturalQuestion(line)).digest("hex");
      expect(readSharedLines(`nq/${name}`).map(digest)).toEqual(expected);
    }
  });
});

describeShared("readDpr, on a real file,", () => {
  it("reads what JSON.parse does", async () => {
    const expected = JSON.parse(readShared("dpr/sample.json").toString("utf8")) as Record<
      string,
      { text: string }[]
    >[];
    const questions: DprQuestion[] = [];
    for await (const question of readDpr(sharedPath("dpr/sample.json"))) questions.push(question);
    expect(questions.map(({ question }) => question)).toEqual(
      expected.map((item) => item["question"]),
    );
    for (const [i, question] of questions.entries()) {
      const { positives, negatives, hardNegatives } = question;
      const texts = (name: string): string[] => expected[i][name].map(({ text }) => text);
      expect(positives.map(({ text }) => text)).toEqual(texts("positive_ctxs"));
      expect(negatives.map(({ text }) => text)).toEqual(texts("negative_ctxs"));
      expect(hardNegatives.map(({ text }) => text)).toEqual(texts("hard_negative_ctxs"));
      expect(dprPairs(question)).toHaveLength(
        positives.length + negatives.length + hardNegatives.length,
      );
    }
  });
});

describeShared("decodeNpy, on real vectors,", () => {
  it("reads float16 rows of length 1, to half precision", () => {
    const { rows, cols, data } = decodeNpy(readShared("sets/nq/minilm-queries.npy"));
    expect([rows, cols]).toEqual([1329, 384]);
    for (let i = 0; i < rows; i++) {
      const row = data.subarray(i * cols, (i + 1) * cols);
      expect(Math.hypot(...row)).toBeCloseTo(1, 2);
    }
  });
});
