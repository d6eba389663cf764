import OpenAI from "openai";
import { checkChoice, checkInteger, refuse } from "../../base/checks.js";
import type { RateLimits } from "../requests/rate-limiter.js";
import type { OpenAIClient } from "./client.js";
import { embeddingPrices } from "./prices.js";
import { createGuardedFetch } from "./server/guarded-fetch.js";
import {
  bareAddress,
  parseAddress,
  redactor,
  resolveServer,
  type Server,
} from "./server/credentials.js";
import { loadCl100k, type Tokenizer } from "./tokens/tokenizer.js";

/** What to do with a text of more tokens than the model takes. */
export type LongInputs =
  /** Embed its beginning, cut between two tokens and two characters. */
  | "cut"
  /**
   * Embed its beginning of as many UTF-8 bytes as it may have tokens, cut between two characters: never too long, since a
   * token has a byte at least, and in need of no tokenizer, but a fourth of what the model could take of an English text.
   */
  | "cut-bytes"
  /** Refuse it by name; the others are embedded. */
  | "refuse"
  /** Split it, embed the parts, and take their mean by tokens, scaled to length 1. */
  | "average";

export interface OpenAIEmbedderOptions extends RateLimits {
  /**
   * The key; it is sent over https, or to this machine.
   * @default the environment's OPENAI_API_KEY for OpenAI's own host and for that of OPENAI_BASE_URL, EMBEDTUNE_API_KEY for
   *   any other, which may need none
   */
  readonly apiKey?: string | undefined;
  /** Address up to and without `/embeddings`. @default the environment's OPENAI_BASE_URL, else OpenAI's own */
  readonly baseURL?: string | undefined;
  /** A client of the package `openai` (6 or 7) made by you, e.g. for Azure; its key and address are used. @default none */
  readonly client?: OpenAIClient | undefined;
  /** @default "text-embedding-ada-002" */
  readonly model?: string | undefined;
  /** Length of vectors to ask for; only the v3 models take it. @default the model's own */
  readonly dimensions?: number | undefined;
  /**
   * The embedder's id, all of it: say the same one for one model that stands behind two addresses.
   * @default provider, model, dimensions where they are known, and what is done with long texts where that is not the usual
   */
  readonly id?: string | undefined;
  /** First part of the id, where that is left out. @default "openai", or the host name of an address elsewhere */
  readonly provider?: string | undefined;
  /** Inputs in one request. @default 2048 */
  readonly maxInputsPerRequest?: number | undefined;
  /** Tokens in one request. @default 300000 */
  readonly maxTokensPerRequest?: number | undefined;
  /** Tokens of one input; what is longer is treated as `longInputs` says. @default 8191 */
  readonly maxTokensPerInput?: number | undefined;
  /** @default "cut" */
  readonly longInputs?: LongInputs | undefined;
  /**
   * Counts and cuts tokens.
   * @default OpenAI's own encoding of its embedding models, cl100k_base, where the package gpt-tokenizer is installed; without
   *   one, requests are packed by bytes, and a text of more bytes than `maxTokensPerInput` is refused unless `longInputs` is
   *   "cut-bytes"
   */
  readonly tokenizer?: Tokenizer | undefined;
  /** Requests under way at once. @default 8 */
  readonly concurrency?: number | undefined;
  /** How often a failed request is sent again. @default 8; a 429 until `giveUpAfterMs` */
  readonly maxRetries?: number | undefined;
  /** Milliseconds one attempt may take, its body included. @default 60000 */
  readonly timeoutMs?: number | undefined;
  /**
   * The longest single wait in milliseconds, whatever the server asks or its headers say: after it one request is tried.
   * (With `rateWindowMs`, as long as that at least.)
   * @default 60000
   */
  readonly maxWaitMs?: number | undefined;
  /**
   * Milliseconds without one success after which the job is given up; waits that your own limits cause do not count. Infinity
   * for a job that may wait through the night. @default 600000 (10 minutes)
   */
  readonly giveUpAfterMs?: number | undefined;
  /** US dollars per million tokens. @default OpenAI's price of the model where it is known */
  readonly pricePerMillionTokens?: number | undefined;
  /** Seed of the waits' jitter. @default 1 */
  readonly seed?: string | number | undefined;
}

/** The options with everything filled in. */
export interface OpenAISettings {
  readonly id: string;
  readonly client: OpenAIClient;
  /** For error messages; it holds no secret. */
  readonly address: string;
  /** Takes the key out of what is shown. */
  readonly redact: (text: string) => string;
  readonly model: string;
  /** What is sent as `dimensions`. */
  readonly requestedDimensions: number | undefined;
  /** What answers must have, where that is known beforehand. */
  readonly knownDimensions: number | undefined;
  readonly maxInputsPerRequest: number;
  readonly maxTokensPerRequest: number;
  readonly maxTokensPerInput: number;
  readonly longInputs: LongInputs;
  /** `undefined` where none is at hand. */
  readonly loadTokenizer: () => Promise<Tokenizer | undefined>;
  readonly concurrency: number;
  readonly maxRetries: number;
  /** Of a 429. */
  readonly maxLimitRetries: number;
  readonly giveUpAfterMs: number;
  readonly timeoutMs: number;
  readonly maxWaitMs: number;
  readonly pricePerMillionTokens: number | undefined;
  readonly seed: string | number;
  readonly rateLimits: RateLimits;
}

/** Tokens of one input that OpenAI's models take. */
const openAIInputLimit = 8191;

/** Lengths of vectors of OpenAI's models when none is asked for. */
const nativeDimensions: Readonly<Record<string, number>> = {
  "text-embedding-ada-002": 1536,
  "text-embedding-3-small": 1536,
  "text-embedding-3-large": 3072,
};

/**
 * Checks the options and fills in the defaults.
 *
 * @param caller The public function that was given them.
 * @throws RangeError naming an option that is out of range, `dimensions` for a model of OpenAI that takes none, the key
 *   that is not there, or an address that would carry one in plain text. No message shows a secret.
 */
export function resolveSettings(
  {
    apiKey,
    baseURL,
    client: ownClient,
    model = "text-embedding-ada-002",
    dimensions,
    id: ownId,
    provider,
    maxInputsPerRequest = 2048,
    maxTokensPerRequest = 300_000,
    maxTokensPerInput = openAIInputLimit,
    longInputs = "cut",
    tokenizer,
    concurrency = 8,
    maxRetries: ownMaxRetries,
    timeoutMs = 60_000,
    maxWaitMs = 60_000,
    giveUpAfterMs = 600_000,
    pricePerMillionTokens,
    requestsPerMinute,
    tokensPerMinute,
    rateWindowMs,
    seed = 1,
  }: OpenAIEmbedderOptions,
  caller: string,
): OpenAISettings {
  const maxRetries = ownMaxRetries ?? 8;
  const counts = {
    dimensions,
    maxInputsPerRequest,
    maxTokensPerRequest,
    maxTokensPerInput,
    concurrency,
    timeoutMs,
    requestsPerMinute,
    tokensPerMinute,
    rateWindowMs,
  };
  for (const [name, value] of Object.entries(counts)) {
    if (value !== undefined) checkInteger(value, `${caller}: ${name}`, { least: 1 });
  }
  for (const [name, value] of Object.entries({ maxRetries, maxWaitMs, giveUpAfterMs })) {
    if (!(value >= 0)) refuse(`${caller}: ${name}`, "a number >= 0", value);
  }
  checkChoice(longInputs, `${caller}: longInputs`, ["cut", "cut-bytes", "refuse", "average"]);
  if (ownId !== undefined && !/\S/.test(ownId)) refuse(`${caller}: id`, "a name", ownId);
  const server = ownClient === undefined ? resolveServer({ apiKey, baseURL }, caller) : undefined;
  const redact = redactor(server?.secrets ?? [(ownClient as { apiKey?: unknown }).apiKey]);
  const client = ownClient ?? createClient(server!, timeoutMs, redact);
  const { hostname: host } = server ?? parseAddress(client.baseURL, caller);
  const openAI = host === "api.openai.com";
  if (openAI && model === "text-embedding-ada-002" && dimensions !== undefined) {
    throw new RangeError(
      `${caller}: dimensions must be left out for ${model}, whose vectors have 1536 values (text-embedding-3-small and -large take them), received ${dimensions}`,
    );
  }
  const knownDimensions = dimensions ?? valueOf(nativeDimensions, model);
  // Whatever changes a vector is part of the name: how long texts are treated, and from where on.
  const parts = [
    provider ?? (openAI ? "openai" : host),
    model,
    ...(knownDimensions === undefined ? [] : [knownDimensions]),
    ...(longInputs === "average" || longInputs === "cut-bytes" ? [longInputs] : []),
    ...(maxTokensPerInput === openAIInputLimit ? [] : [`to-${maxTokensPerInput}`]),
  ];
  return {
    id: ownId ?? parts.join("/"),
    client,
    address: `${bareAddress(client.baseURL)}/embeddings`,
    redact,
    model,
    requestedDimensions: dimensions,
    knownDimensions,
    maxInputsPerRequest,
    maxTokensPerRequest,
    maxTokensPerInput,
    longInputs,
    loadTokenizer: async () => tokenizer ?? (await loadCl100k()),
    concurrency,
    maxRetries,
    maxLimitRetries: ownMaxRetries ?? Infinity,
    giveUpAfterMs,
    timeoutMs,
    maxWaitMs,
    pricePerMillionTokens: pricePerMillionTokens ?? valueOf(embeddingPrices, model),
    seed,
    rateLimits: { requestsPerMinute, tokensPerMinute, rateWindowMs },
  };
}

function createClient(
  { apiKey, baseURL, query, authorization, openAIs }: Server,
  timeoutMs: number,
  redact: (text: string) => string,
): OpenAIClient {
  return new OpenAI({
    apiKey: apiKey ?? "none",
    baseURL,
    defaultQuery: { ...query },
    ...(authorization === undefined ? {} : { defaultHeaders: { authorization } }),
    // What the environment says of an account at OpenAI is no other server's business.
    ...(openAIs ? {} : { organization: null, project: null }),
    fetch: createGuardedFetch(redact),
    maxRetries: 0, // ours: abortable, counted, and with the batch's fate known
    timeout: timeoutMs,
    dangerouslyAllowBrowser: true, // whoever brings a key to a browser has been warned by OpenAI's own documentation
  });
}

/** What a table says of a name, which may be any: "constructor", too. */
function valueOf(table: Readonly<Record<string, number>>, name: string): number | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
