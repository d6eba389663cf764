import type { Adapter } from "../adapter/adapter.js";
import { checkDimensions, checkFits, checkIndex, type FitsOptions } from "../adapter/check-fits.js";
import { rowAdapter } from "../adapter/prepared/row-adapter.js";
import { checkChoice, refuse } from "../base/checks.js";
import { fromRows, rowOf } from "../math/matrix.js";
import { numberRows } from "./number-rows.js";

/** What is used of an answer: numbers, or base64 of their bytes. */
interface EmbeddingsAnswer {
  readonly data: readonly { readonly embedding: ArrayLike<number> | string }[];
}

/** What the client's methods return: a promise that knows the answer behind it (`withResponse`, `asResponse`). */
interface UnwrappablePromise {
  _thenUnwrap(transform: (answer: EmbeddingsAnswer) => EmbeddingsAnswer): UnwrappablePromise;
}

interface EmbeddingsBody {
  readonly model: string;
  readonly dimensions?: number | null | undefined;
  readonly encoding_format?: string | null | undefined;
}

/** A client of the package `openai` (6 or 7), by shape. */
export interface AdaptableOpenAI {
  readonly embeddings: object;
}

export interface AdaptOpenAIOptions extends FitsOptions {
  /** What this client's texts are: one client for questions, one for passages. */
  readonly side: "query" | "passage";
}

/**
 * The same client, but that `embeddings.create` gives vectors which have gone through an adapter, as numbers or in base64, as
 * asked for. All else, `withResponse` and `usage` included, stays as it is; a client that `withOptions` makes is adapted too.
 *
 * @throws RangeError on another side; from `embeddings.create`, naming the remedy, where the adapter was fitted on another
 *   model or other dimensions: before anything is sent, where the request tells.
 */
export function adaptOpenAI<Client extends AdaptableOpenAI>(
  client: Client,
  adapter: Adapter,
  options: AdaptOpenAIOptions,
): Client {
  const place = "adaptOpenAI";
  // Whoever comes without types forgets the side first.
  const { side, index } = (options ?? {}) as AdaptOpenAIOptions;
  checkChoice(side, `${place}: side`, ["query", "passage"]);
  checkIndex(adapter, place, index);
  const { embeddings } = (client ?? {}) as Client;
  if (typeof (embeddings as { create?: unknown } | undefined)?.create !== "function") {
    refuse(`${place}: client`, "a client of the package openai", client);
  }
  const own = embeddings as { create(...args: unknown[]): UnwrappablePromise };
  const fitting = new Set<string>();
  const apply = rowAdapter(adapter);
  const create = (body: EmbeddingsBody, ...rest: unknown[]): UnwrappablePromise => {
    const { model, encoding_format: format, dimensions } = (body ?? {}) as EmbeddingsBody;
    if (typeof model !== "string") refuse(`${place}: model`, "the name of a model", model);
    if (!fitting.has(model)) {
      checkFits(adapter, { names: namesOf(client, model) }, place, options);
      fitting.add(model);
    }
    if (dimensions !== undefined && dimensions !== null) {
      checkDimensions(adapter, dimensions, place);
    }
    return own.create(body, ...rest)._thenUnwrap((answer) => {
      // What is no answer is not ours to judge.
      if (!Array.isArray(answer?.data) || answer.data.length === 0) return answer;
      const vectors = fromRows(answer.data.map(({ embedding }) => floatsOf(embedding)));
      checkDimensions(adapter, vectors.cols, place);
      const adapted = apply(vectors, side);
      const encoded =
        format === "base64"
          ? answer.data.map((_, i) => base64Of(rowOf(adapted, i)))
          : numberRows(adapted);
      return {
        ...answer,
        data: answer.data.map((item, i) => ({ ...item, embedding: encoded[i] })),
      };
    });
  };
  const { withOptions } = client as { withOptions?: (...given: unknown[]) => Client };
  return withOwn(client, {
    embeddings: withOwn(embeddings, { create }),
    ...(withOptions !== undefined && {
      withOptions: (...given: unknown[]) =>
        adaptOpenAI(withOptions.apply(client, given), adapter, options),
    }),
  });
}

/** The ids that `createOpenAIEmbedder` has for a model, at OpenAI and at the client's address. */
function namesOf(client: object, model: string): string[] {
  const { baseURL } = client as { readonly baseURL?: unknown };
  const host =
    typeof baseURL === "string" && URL.canParse(baseURL) ? new URL(baseURL).hostname : undefined;
  return [
    `openai/${model}`,
    ...(host === undefined || host === "api.openai.com" ? [] : [`${host}/${model}`]),
  ];
}

function floatsOf(embedding: ArrayLike<number> | string): ArrayLike<number> {
  if (typeof embedding !== "string") return embedding;
  const bytes = Uint8Array.from(atob(embedding), (character) => character.charCodeAt(0));
  if (bytes.length % 4 !== 0) {
    refuse("adaptOpenAI: embedding", "base64 of numbers of 32 bits", `${bytes.length} bytes`);
  }
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

function base64Of(vector: Float32Array): string {
  const view = new DataView(new ArrayBuffer(4 * vector.length));
  for (const [i, value] of vector.entries()) view.setFloat32(4 * i, value, true);
  const bytes = new Uint8Array(view.buffer);
  let characters = "";
  // A call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 8192) {
    characters += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(characters);
}

/** An object as it is but for some members; its methods still see the object itself. */
function withOwn<T extends object>(object: T, own: Readonly<Record<string, unknown>>): T {
  return new Proxy(object, {
    get(target, name) {
      if (typeof name === "string" && Object.hasOwn(own, name)) return own[name];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function"
        ? (value as (...args: unknown[]) => unknown).bind(target)
        : value;
    },
  });
}
