import type { Prefixes } from "../prefixed-embedder.js";

/** What a published model wants of whoever embeds with it. */
export interface ModelConventions {
  /** What it was trained to see before each text; `null` where it wants nothing. */
  readonly prefixes: Required<Prefixes> | null;
  /** Tokens of a text that it reads, special ones included; the rest is cut in silence. `null` where it is not known. */
  readonly tokenLimit: number | null;
}

interface KnownModel extends ModelConventions {
  /** Against the model's name in lower case, without its owner. */
  readonly name: RegExp;
}

const none = null;
const both = (query: string, passage: string): Required<Prefixes> => ({ query, passage });
const bge = "Represent this sentence for searching relevant passages: ";

/**
 * By the models' own cards on the Hugging Face hub and Ollama's library. The first that fits counts.
 *
 * e5 (Wang et al., 2022), bge (Xiao et al., 2023), nomic (Nussbaum et al., 2024), gte (Li et al., 2023), arctic (Merrick
 * et al., 2024), sentence-transformers (Reimers and Gurevych, 2019).
 */
const knownModels: readonly KnownModel[] = [
  {
    name: /e5-mistral|e5.*instruct/,
    prefixes: /* @__PURE__ */ both(
      "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: ",
      "",
    ),
    tokenLimit: none,
  },
  {
    name: /(^|-)e5-(small|base|large)/,
    prefixes: /* @__PURE__ */ both("query: ", "passage: "),
    tokenLimit: 512,
  },
  { name: /bge-m3/, prefixes: none, tokenLimit: 8192 },
  {
    name: /bge-.*-zh/,
    prefixes: /* @__PURE__ */ both("为这个句子生成表示以用于检索相关文章：", ""),
    tokenLimit: 512,
  },
  {
    name: /bge-(small|base|large)-en|^bge-(small|base|large)$/,
    prefixes: /* @__PURE__ */ both(bge, ""),
    tokenLimit: 512,
  },
  {
    name: /nomic-embed-text/,
    prefixes: /* @__PURE__ */ both("search_query: ", "search_document: "),
    tokenLimit: 8192,
  },
  { name: /mxbai-embed-large/, prefixes: /* @__PURE__ */ both(bge, ""), tokenLimit: 512 },
  {
    name: /snowflake-arctic-embed.*v2|snowflake-arctic-embed2/,
    prefixes: /* @__PURE__ */ both("query: ", ""),
    tokenLimit: 8192,
  },
  { name: /snowflake-arctic-embed/, prefixes: /* @__PURE__ */ both(bge, ""), tokenLimit: 512 },
  {
    name: /embeddinggemma/,
    prefixes: /* @__PURE__ */ both("task: search result | query: ", "title: none | text: "),
    tokenLimit: 2048,
  },
  {
    name: /qwen3-embedding/,
    prefixes: /* @__PURE__ */ both(
      "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:",
      "",
    ),
    tokenLimit: 32768,
  },
  { name: /paraphrase-multilingual-minilm-l12|paraphrase-minilm/, prefixes: none, tokenLimit: 128 },
  { name: /all-minilm-l12/, prefixes: none, tokenLimit: 128 },
  { name: /all-minilm/, prefixes: none, tokenLimit: 256 },
  { name: /all-mpnet-base|all-distilroberta/, prefixes: none, tokenLimit: 384 },
  { name: /multi-qa-(minilm|mpnet)/, prefixes: none, tokenLimit: 512 },
  { name: /gte-(small|base|large)(-en)?$/, prefixes: none, tokenLimit: 512 },
  { name: /text-embedding-(ada-002|3-small|3-large)/, prefixes: none, tokenLimit: 8191 },
];

/**
 * What a model wants, by its name: a prefix per side, without which its untouched vectors are worse than they need be and
 * any gain over them is flattered; and how much of a text it reads.
 *
 * @param name As an embedder's id or a server has it: `"intfloat/e5-small-v2"`, `"ollama/nomic-embed-text:latest"`.
 * @returns `null` where the model is not known.
 */
export function modelConventions(name: string): ModelConventions | null {
  // Of Ollama's tags, "bge-large:latest", some tell the model and some do not.
  const parts = name
    .toLowerCase()
    .replaceAll("_", "-")
    .split(/[/?]/)
    .flatMap((part) => [part.replaceAll(":", "-"), part.split(":")[0]]);
  for (const { name: pattern, prefixes, tokenLimit } of knownModels) {
    if (parts.some((part) => pattern.test(part))) return { prefixes, tokenLimit };
  }
  return null;
}

/** Characters that a token of Chinese or Japanese has at most, on the average over a text: a token is a word or less. */
const mostPerToken = 4;

/**
 * How many tokens a text has at least for the tokenizers of such models: runs of letters or digits, and of the scripts that
 * put no blanks between words a fourth of the characters. Where even these are more than a model reads, the text is surely cut.
 */
export function leastTokens(text: string): number {
  const runs = text.match(/[\p{L}\p{M}\p{N}]+/gu)?.length ?? 0;
  const unspaced = text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu);
  return Math.max(runs, Math.ceil((unspaced?.length ?? 0) / mostPerToken));
}
