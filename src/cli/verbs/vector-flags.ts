import { fileFlag } from "../verb.js";

/** Flags of the verbs that rank vectors against a corpus. */
export const vectorFlags = {
  queryVectors: fileFlag("Vectors of the queries, .npy, a row each"),
  corpusVectors: fileFlag("Vectors of the passages, .npy, a row each"),
  queryIds: fileFlag("The query id of each row, a line each; rows count from 0 without it"),
  corpusIds: fileFlag("The passage id of each row, a line each; rows count from 0 without it"),
  qrels: fileFlag("Relevance judgements: TREC's `query 0 passage grade` or BEIR's three columns"),
} as const;

export const depthFlag = {
  kind: "parsed",
  brief: "Depths of the figures",
  placeholder: "1,10,100",
  default: "1,10,100",
} as const;

export const levelFlag = {
  kind: "parsed",
  brief: "Confidence of the intervals",
  placeholder: "share",
  default: "0.95",
} as const;
