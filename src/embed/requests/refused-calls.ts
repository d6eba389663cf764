/** Errors that no waiting heals, by their code or type. */
export const finalCodes: ReadonlySet<unknown> = new Set([
  "insufficient_quota",
  "billing_not_active",
  "account_deactivated",
  "invalid_api_key",
  "model_not_found",
]);

/** Statuses that refuse what was sent: a smaller batch may pass, or a batch without one text. */
export const aboutInputs: ReadonlySet<unknown> = new Set([400, 413, 422]);

/** What clients' errors tell of an answer, each under its own name. */
interface ClientError {
  readonly name?: unknown;
  readonly status?: unknown;
  readonly statusCode?: unknown;
  readonly code?: unknown;
  readonly type?: unknown;
  readonly response?: { readonly status?: unknown } | null;
  readonly data?: {
    readonly error?: { readonly code?: unknown; readonly type?: unknown } | null;
  } | null;
  readonly cause?: unknown;
}

/**
 * Whether an error of any client (OpenAI's, the AI SDK's, LangChain's, one over fetch or axios) says that a server refuses what it was
 * sent: by the status, wherever it stands.
 */
export function refusesInputs(error: unknown): boolean {
  for (let e = error, depth = 0; typeof e === "object" && e !== null && depth < 5; depth++) {
    const { name, status, statusCode, code, type, response, data, cause } = e as ClientError;
    const names = [code, type, data?.error?.code, data?.error?.type];
    if (names.some((one) => finalCodes.has(one))) return false;
    if ([status, statusCode, response?.status].some((one) => aboutInputs.has(one))) return true;
    if (name === "AI_TooManyEmbeddingValuesForCallError") return true;
    e = cause;
  }
  return false;
}
