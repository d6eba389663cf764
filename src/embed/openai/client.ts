import type { AbortSignalLike } from "../../base/progress.js";

/** How a call is made: repeated by the embedder, never by the client. */
export interface OpenAICallOptions {
  maxRetries: number;
  signal?: AbortSignalLike;
  /** For the `fetch` that the embedder gives its own client: `maxBytes` of the answer. */
  fetchOptions?: object;
}

/** What is used of a batch as the Batch API describes it. */
export interface OpenAIBatch {
  readonly id: string;
  readonly status: string;
  readonly input_file_id?: string | null;
  readonly output_file_id?: string | null;
  readonly error_file_id?: string | null;
  readonly created_at?: number;
  readonly metadata?: unknown;
  readonly errors?: { readonly data?: readonly { readonly message?: string }[] } | null;
}

/**
 * What is used of a client of the package `openai`, by shape: `new OpenAI()` and `new AzureOpenAI()` of its versions 6 and
 * 7 fit.
 */
export interface OpenAIClient {
  readonly baseURL: string;
  readonly embeddings: {
    create(
      body: {
        model: string;
        input: string[];
        encoding_format: "base64" | "float";
        dimensions?: number;
      },
      options: OpenAICallOptions,
    ): {
      withResponse(): PromiseLike<{
        readonly data: unknown;
        readonly response: { readonly headers: { get(name: string): string | null } };
      }>;
    };
  };
  readonly files: {
    create(
      body: { file: unknown; purpose: string },
      options: OpenAICallOptions,
    ): PromiseLike<{ readonly id: string }>;
    content(id: string, options: OpenAICallOptions): PromiseLike<{ readonly body: unknown }>;
  };
  readonly batches: {
    create(
      body: {
        input_file_id: string;
        endpoint: "/v1/embeddings";
        completion_window: "24h";
        metadata: Record<string, string>;
      },
      options: OpenAICallOptions,
    ): PromiseLike<OpenAIBatch>;
    retrieve(id: string, options: OpenAICallOptions): PromiseLike<OpenAIBatch>;
    list(
      query: { limit: number; after?: string },
      options: OpenAICallOptions,
    ): PromiseLike<{ readonly data: readonly OpenAIBatch[]; hasNextPage(): boolean }>;
  };
}
