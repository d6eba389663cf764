import { numberFrom, parseCount, switchFlag, textFlag } from "../verb.js";

const parseDollars = numberFrom("US dollars >= 0", (value) => value >= 0);

export const embedderBrief =
  "hashing (no key, no network), openai:MODEL, ollama:MODEL, transformers:MODEL, or http://host/v1#MODEL";

/** Flags of the verbs that embed, but for the embedder's name, which some need and some do not. */
export const embedderFlags = {
  dimensions: {
    kind: "parsed",
    parse: parseCount,
    brief: "Length of the vectors to ask for, where the model lets one choose",
    placeholder: "count",
    optional: true,
  },
  embedderId: textFlag("The embedder's id, the same for one model behind two addresses", "id"),
  queryPrefix: textFlag("Put before each query, as the model wants it"),
  passagePrefix: textFlag("Put before each passage, as the model wants it"),
  cache: {
    kind: "parsed",
    parse: String,
    brief: "Folder that keeps what was embedded",
    placeholder: "folder",
    default: ".embedtune/cache",
  },
  shareWork: switchFlag("Embed no text that another process at the same cache is embedding"),
  maxCost: {
    kind: "parsed",
    parse: parseDollars,
    brief: "Agree beforehand to a price of at most so many US dollars",
    placeholder: "usd",
    optional: true,
  },
  price: {
    kind: "parsed",
    parse: parseDollars,
    brief: "US dollars per million tokens, where the price of the model is not known",
    placeholder: "usd",
    optional: true,
  },
  dryRun: switchFlag("Only print what embedding would take; sends nothing and needs no key"),
} as const;

export const sideFlag = {
  kind: "enum",
  values: ["query", "passage"],
  brief: "What the texts or vectors are",
} as const;
