import type { Adapter } from "../adapter/adapter.js";
import { applyAdapter } from "../adapter/apply.js";
import { checkAdapter } from "../adapter/check.js";
import { checkChoice, refuse } from "../base/checks.js";
import { fromRows, rowOf } from "../math/matrix.js";

/** What is used of an answer. */
interface EmbeddingsAnswer {
  readonly data: readonly { readonly embedding: readonly number[] }[];
}

/** What the client's methods return: a promise that knows the answer behind it (`withResponse`, `asResponse`). */
interface UnwrappablePromise {
  _thenUnwrap(transform: (answer: EmbeddingsAnswer) => EmbeddingsAnswer): UnwrappablePromise;
}

interface EmbeddingsBody {
  readonly model: string;
  readonly encoding_format?: string | null | undefined;
}

/** A client of the package `openai` (6 or 7), by shape. */
export interface AdaptableOpenAI {
  readonly embeddings: object;
}

export interface AdaptOpenAIOptions {
  /** What this client's texts are: one client for questions, one for passages. */
  readonly side: "query" | "passage";
  /**
   * Id of the embedder that the adapter was fitted on, where it is not OpenAI's model of that name: says that the vectors
   * are the same.
   */
  readonly embedder?: string | undefined;
}

/**
 * The same client, but that `embeddings.create` gives vectors which have gone through an adapter. All else, `withResponse`
 * included, stays as it is.
 *
 * @throws RangeError on another side; from `embeddings.create`, where the adapter was fitted on another model, and where
 *   vectors are asked for in base64, in which they could not be adapted unseen.
 */
export function adaptOpenAI<Client extends AdaptableOpenAI>(
  client: Client,
  adapter: Adapter,
  { side, embedder }: AdaptOpenAIOptions,
): Client {
  checkAdapter(adapter, "adaptOpenAI");
  checkChoice(side, "adaptOpenAI: side", ["query", "passage"]);
  const { embedder: fittedOn } = adapter.metadata;
  const { embeddings } = client;
  const create = (body: EmbeddingsBody, ...rest: unknown[]): UnwrappablePromise => {
    const name = embedder ?? `openai/${body.model}`;
    if (fittedOn !== null && fittedOn !== name && !fittedOn.startsWith(`${name}/`)) {
      const wanted = `"${fittedOn}", which the adapter was fitted on; options.embedder says that the vectors are the same`;
      refuse("adaptOpenAI: model", wanted, name);
    }
    if (body.encoding_format === "base64") {
      refuse("adaptOpenAI: encoding_format", '"float", or left out', body.encoding_format);
    }
    const own = embeddings as { create(...args: unknown[]): UnwrappablePromise };
    return own.create(body, ...rest)._thenUnwrap((answer) => {
      const adapted = applyAdapter(adapter, fromRows(answer.data.map((item) => item.embedding)), {
        side,
      });
      const data = answer.data.map((item, i) => ({
        ...item,
        embedding: Array.from(rowOf(adapted, i)),
      }));
      return { ...answer, data };
    });
  };
  const adapted = withOwn(embeddings, { create });
  return withOwn(client, { embeddings: adapted });
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
