import { applyAdapter, type Adapter, type Matrix } from "embedtune";
import { topK } from "embedtune/math";
import type { SideData } from "./nq-task.js";

interface RetrievedPassage {
  readonly text: string;
  readonly cosine: number;
  readonly right: boolean;
}

interface ExampleRanking {
  /** Of the first right passage, from 1. */
  readonly rank: number;
  /** The first few, best first. */
  readonly passages: readonly RetrievedPassage[];
}

/** A question with what was retrieved before and after. */
interface RetrievalExample {
  readonly question: string;
  readonly before: ExampleRanking;
  readonly after: ExampleRanking;
}

/**
 * The question that gained the most places of those whose right passage was not first before and is first after;
 * `undefined` when there is none.
 */
export function findImprovedQuestion(
  adapter: Adapter,
  test: SideData,
  before: readonly number[],
  after: readonly number[],
): RetrievalExample | undefined {
  const { corpus } = test;
  let best: number | undefined;
  for (let i = 0; i < before.length; i++) {
    if (before[i] > 1 && after[i] === 1 && (best === undefined || before[i] > before[best])) {
      best = i;
    }
  }
  if (best === undefined) return undefined;
  const query = test.queries.data.slice(best * test.queries.cols, (best + 1) * test.queries.cols);
  const adapted = applyAdapter(adapter, query, { side: "query", embedder: null });
  const adaptedCorpus = applyAdapter(adapter, corpus.vectors, { side: "passage", embedder: null });
  const right = corpus.relevant[best];
  return {
    question: test.queryTexts[best],
    before: { rank: before[best], passages: search(query, corpus.vectors, corpus.texts, right) },
    after: { rank: after[best], passages: search(adapted, adaptedCorpus, corpus.texts, right) },
  };
}

/** The three nearest passages; all vectors of length 1. */
function search(
  query: Float32Array,
  corpus: Matrix,
  texts: readonly string[],
  right: readonly number[],
): RetrievedPassage[] {
  const found = topK({ rows: 1, cols: query.length, data: query }, corpus, 3);
  return Array.from(found.indices, (row, i) => ({
    text: texts[row],
    cosine: found.scores[i],
    right: right.includes(row),
  }));
}

/** For a terminal. */
export function showImprovedQuestion({ question, before, after }: RetrievalExample): string {
  const show = (title: string, { rank, passages }: ExampleRanking): string =>
    [
      `  ${title}: the right passage is number ${rank}`,
      ...passages.map(
        ({ text, cosine, right }, i) =>
          `    ${i + 1}. ${right ? "✓" : " "} ${cosine.toFixed(3)}  ${shorten(text)}`,
      ),
    ].join("\n");
  return `“${question}”\n${show("before", before)}\n${show("after", after)}`;
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 90 ? `${line.slice(0, 89)}…` : line;
}
