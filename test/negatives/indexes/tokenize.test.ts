import { afterEach, describe, expect, it, vi } from "vitest";
import { createBm25Index } from "../../../src/negatives/indexes/bm25-index.js";
import { tokenizeWords } from "../../../src/negatives/indexes/tokenize.js";

const languages = [
  {
    language: "Japanese",
    passages: [
      "東京タワーの高さは333メートルです。",
      "富士山は日本で一番高い山です。",
      "大阪城は豊臣秀吉が建てた城です。",
    ],
    questions: [
      "東京タワーの高さは何メートルですか？",
      "日本で一番高い山は？",
      "大阪城を建てたのは誰？",
    ],
  },
  {
    language: "Chinese",
    passages: [
      "长城位于中国北方，全长两万多公里。",
      "北京是中华人民共和国的首都。",
      "大熊猫主要吃竹子。",
    ],
    questions: ["长城有多少公里？", "中华人民共和国的首都是哪里", "大熊猫吃什么？"],
  },
  {
    language: "Thai",
    passages: ["กรุงเทพเป็นเมืองหลวงของประเทศไทย", "ช้างเป็นสัตว์บกที่ใหญ่ที่สุดในโลก", "แม่น้ำโขงไหลผ่านหกประเทศ"],
    questions: ["เมืองหลวงของไทยคือเมืองอะไร", "สัตว์บกที่ใหญ่ที่สุดคืออะไร", "แม่น้ำโขงไหลผ่านที่ไหน"],
  },
];

describe("tokenizeWords", () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each(languages)(
    "finds the passage that a question in $language asks for, though no blanks part its words",
    async ({ passages, questions }) => {
      const first = async (): Promise<(string | undefined)[]> =>
        (await createBm25Index(passages).search(questions, 1)).map(([found]) => found?.text);
      expect(await first()).toEqual(passages);
      // A browser without a segmenter finds them by pairs of characters.
      vi.stubGlobal("Intl", { ...Intl, Segmenter: undefined });
      expect(await first()).toEqual(passages);
    },
  );

  it("leaves languages with blanks as they were: runs of letters, marks and digits", () => {
    const texts = [
      "What's the l10n of naïve cafés, e.g. 3.5?",
      "ответ на вопрос №5",
      "한국어 질문은 띄어 씁니다",
      "हिन्दी में प्रश्न",
      "שאלה בעברית, سؤال بالعربية",
      "",
    ];
    for (const text of texts) {
      expect(tokenizeWords(text)).toEqual(
        text
          .normalize("NFKC")
          .toLowerCase()
          .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [],
      );
    }
  });

  it("parts a script without blanks from what stands in it, and loses no character", () => {
    expect(tokenizeWords("iPhone15を買う")).toEqual(["iphone15", "を", "買う"]);
    const text = "Ｗｉｎｄｏｗｓ11の更新プログラムภาษาไทย2024ラオຂອງ";
    expect(tokenizeWords(text).join("")).toBe(text.normalize("NFKC").toLowerCase());
  });

  it("takes pairs of neighbouring characters where there is no segmenter, whole code points", () => {
    vi.stubGlobal("Intl", { ...Intl, Segmenter: undefined });
    expect(tokenizeWords("東京都 x 𠮷野家 山")).toEqual([
      ...["東京", "京都", "x", "𠮷野", "野家", "山"],
    ]);
  });

  it("hands the segmenter pieces of bounded length, since it takes quadratic time", () => {
    const segment = vi.spyOn(Intl.Segmenter.prototype, "segment");
    const text = "東京都に住む".repeat(50_000);
    expect(tokenizeWords(text).join("")).toBe(text);
    for (const [piece] of segment.mock.calls) expect(piece.length).toBeLessThanOrEqual(1024);
    segment.mockRestore();
  });
});
