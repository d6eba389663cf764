import type { AbortSignalLike } from "../../base/progress.js";

/** What is sent to the chat endpoint for one passage; the shape of OpenAI's own client and its compatible servers. */
export interface QueryRequest {
  model: string;
  messages: { role: "system" | "user"; content: string }[];
  response_format: {
    type: "json_schema";
    json_schema: { name: string; strict: boolean; schema: Record<string, unknown> };
  };
  seed?: number;
  temperature?: number;
}

/** What is used of the answer. */
export interface QueryReply {
  readonly choices: readonly {
    readonly message: { readonly content?: string | null; readonly refusal?: string | null };
  }[];
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
}

/** The part of an OpenAI client that is used; pass `new OpenAI()` or anything that looks like it. */
export interface ChatClient {
  readonly chat: {
    readonly completions: {
      create(
        request: QueryRequest,
        options?: { signal?: AbortSignalLike | undefined },
      ): PromiseLike<QueryReply>;
    };
  };
}

export interface QueryPrompt {
  readonly model: string;
  /** Queries for each passage. */
  readonly n: number;
  readonly instructions: string;
  readonly seed: number | undefined;
  readonly temperature: number | undefined;
}

/** The request for one passage: an object whose one member is a list of strings. */
export function queryRequest(
  passage: string,
  { model, n, instructions, seed, temperature }: QueryPrompt,
): QueryRequest {
  return {
    model,
    messages: [
      { role: "system", content: `${instructions}\nWrite exactly ${n}.` },
      { role: "user", content: passage },
    ],
    response_format: {
      type: "json_schema",
      json_schema: {
        name: "search_queries",
        strict: true,
        schema: {
          type: "object",
          properties: { queries: { type: "array", items: { type: "string" } } },
          required: ["queries"],
          additionalProperties: false,
        },
      },
    },
    ...(seed === undefined ? {} : { seed }),
    ...(temperature === undefined ? {} : { temperature }),
  };
}

/** The queries of an answer, trimmed; or why there are none. */
export function queriesOf(reply: QueryReply): readonly string[] | "refused" | "malformed" {
  const message = reply.choices[0]?.message;
  if (typeof message?.refusal === "string") return "refused";
  try {
    const { queries } = JSON.parse(message?.content ?? "") as { queries?: unknown };
    if (!Array.isArray(queries)) return "malformed";
    return queries.every((query) => typeof query === "string")
      ? queries.map((query: string) => query.trim())
      : "malformed";
  } catch {
    return "malformed";
  }
}
