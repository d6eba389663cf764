import { createHashingEmbedder } from "../../embed/hashing/hashing-embedder.js";
import type { Embedder } from "../../embed/embedder.js";
import { show } from "../../base/show.js";
import { wrongUse } from "../failures.js";

/** An embedder that was chosen by name, and what is known of its price. */
export interface ChosenEmbedder {
  readonly embedder: Embedder;
  /** The model's own name, by which tables of prefixes and limits know it; `undefined` for the built-in embedder. */
  readonly model?: string | undefined;
  /** Whether somebody is paid: an estimate must be agreed to first. */
  readonly priced: boolean;
  /** US dollars spent so far, where the price is known. */
  readonly spent?: (() => number | undefined) | undefined;
}

export interface ChooseEmbedderOptions {
  /** Length of the vectors to ask for. @default the model's own, 384 of the built-in embedder */
  readonly dimensions?: number | undefined;
  /** Its id, for one model behind two addresses. @default what `createOpenAIEmbedder` makes of address and model */
  readonly id?: string | undefined;
  /** US dollars per million tokens. @default OpenAI's for its models; nothing at an address that the text names */
  readonly price?: number | undefined;
  /** Only count, which needs no key. @default false */
  readonly countOnly?: boolean | undefined;
}

const choices =
  "hashing, openai:MODEL, ollama:MODEL, transformers:MODEL or an address such as http://127.0.0.1:8080/v1#MODEL";

/** Vectors of the built-in embedder are longer than a first look needs: shorter ones are tried in a third of the time. */
const hashingDimensions = 384;

const openAIAddress = "https://api.openai.com/v1";
const ollamaAddress = "http://127.0.0.1:11434/v1";

/**
 * The embedder that a text names: `hashing`, `openai:text-embedding-3-small`, `ollama:nomic-embed-text`,
 * `transformers:Xenova/all-MiniLM-L6-v2` or `http://host/v1#model`. Keys come from the environment alone: OPENAI_API_KEY
 * goes to OpenAI or to OPENAI_BASE_URL; an address on the command line gets EMBEDTUNE_API_KEY, so that no key meant for
 * one server is sent to another.
 *
 * @throws CommandError (wrong use) on another text, and where OpenAI's key is missing.
 */
export async function chooseEmbedder(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
  options: ChooseEmbedderOptions = {},
): Promise<ChosenEmbedder> {
  const { dimensions, price, id, countOnly = false } = options;
  if (id !== undefined && /^(hashing|transformers)\b/.test(text)) {
    throw wrongUse(`--embedder-id must be left out for ${text}: only a server has two addresses`);
  }
  if (text === "hashing") {
    return {
      embedder: createHashingEmbedder({ dimensions: dimensions ?? hashingDimensions }),
      priced: false,
    };
  }
  if (/^https?:\/\//.test(text)) {
    const { address, model } = splitAddress(text);
    return service({ address, model, key: variable(env, "EMBEDTUNE_API_KEY") }, options);
  }
  const [, provider, model = ""] = /^([a-z]+)(?::(.*))?$/s.exec(text) ?? [];
  if (!["openai", "ollama", "transformers"].includes(provider)) {
    throw wrongUse(`--embedder must be ${choices}, received ${show(text)}`);
  }
  if (model === "") {
    const example = {
      openai: "text-embedding-3-small",
      ollama: "nomic-embed-text",
      transformers: "Xenova/all-MiniLM-L6-v2",
    }[provider];
    throw wrongUse(
      `--embedder must name a model, such as ${provider}:${example}, received ${show(text)}`,
    );
  }
  if (provider === "transformers") {
    const { createTransformersEmbedder } = await import("../../integrations/transformers.js");
    return { embedder: await createTransformersEmbedder({ model }), model, priced: false };
  }
  if (provider === "ollama") {
    return service({ address: ollamaAddress, model, provider }, options);
  }
  const address = variable(env, "OPENAI_BASE_URL") ?? openAIAddress;
  const key = variable(env, "OPENAI_API_KEY") ?? (countOnly ? "none" : undefined);
  if (key === undefined && address.startsWith("https://api.openai.com")) {
    throw wrongUse(
      "the environment variable OPENAI_API_KEY must hold the key for OpenAI, received nothing; --embedder hashing needs none",
    );
  }
  const chosen = await service({ address, model, key }, options);
  // Whoever stands behind OPENAI_BASE_URL may be paid too, unless it is this machine.
  return { ...chosen, priced: price === undefined ? !isLoopback(address) : price > 0 };
}

function isLoopback(address: string): boolean {
  const { hostname } = URL.canParse(address) ? new URL(address) : { hostname: "" };
  return /^(localhost|127\.[0-9.]+|\[::1\])$/.test(hostname);
}

interface Service {
  readonly address: string;
  readonly model: string;
  readonly key?: string | undefined;
  readonly provider?: string | undefined;
}

/** A server that speaks OpenAI's protocol; free unless a price is given. */
async function service(
  { address, model, key = "none", provider }: Service,
  { dimensions, price, id }: ChooseEmbedderOptions,
): Promise<ChosenEmbedder> {
  const { createOpenAIEmbedder } = await import("../../embed/openai/openai-embedder.js");
  const embedder = createOpenAIEmbedder({
    apiKey: key,
    baseURL: address,
    model,
    dimensions,
    id,
    provider,
    pricePerMillionTokens: price,
  });
  return {
    embedder,
    model,
    priced: price !== undefined && price > 0,
    spent: () => embedder.usage().cost,
  };
}

function splitAddress(text: string): { readonly address: string; readonly model: string } {
  const [address, model = ""] = text.split("#", 2);
  if (model === "" || !URL.canParse(address)) {
    throw wrongUse(
      `--embedder must be an address and a model, such as http://127.0.0.1:8080/v1#MODEL, received ${show(text)}`,
    );
  }
  return { address: address.replace(/\/+$/, ""), model };
}

/** An empty variable counts as absent. */
function variable(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
): string | undefined {
  const value = env[name]?.trim();
  return value === "" ? undefined : value;
}
