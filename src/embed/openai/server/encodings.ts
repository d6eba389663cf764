import { OtherNumbersError, OtherVectorsError } from "../decode-answer.js";

export type Encoding = "base64" | "float";

/** In which form a server is asked for vectors: base64, a third of the bytes, unless it refuses that. */
export interface Encodings {
  next(): Encoding;
  /** Whether a failure may be a refusal of base64, so that numbers should be asked for at once. */
  mayBeRefused(error: unknown, asked: Encoding): boolean;
  /** What the server has answered to. */
  understood(encoding: Encoding): void;
}

const named = /encoding.?format|base64/i;
const unspecific = /extra inputs|not permitted|unsupported|unknown|unrecognized|parameter/i;

/**
 * Remembers for a session what a server understands. A refusal that names the encoding is believed at once; one of
 * something unnamed, and a server that fails twice before it has ever answered, are worth one try with numbers.
 */
export function createEncodings(): Encodings {
  let known: Encoding | undefined;
  let failures = 0;
  let tried = false;
  return {
    next: () => known ?? "base64",
    mayBeRefused(error, asked) {
      if (asked === "base64" && error instanceof OtherNumbersError) {
        known = "float"; // whatever was understood before
        return true;
      }
      if (error instanceof OtherVectorsError) {
        return asked === "base64" && known !== "base64" && error.inText;
      }
      const { status, message } = (error ?? {}) as { status?: unknown; message?: unknown };
      if (asked === "float" || known === "base64" || typeof status !== "number") return false;
      if (known === "float") return true; // another request has found out meanwhile
      const words = String(message);
      const refused = [400, 404, 415, 422, 501].includes(status);
      if (named.test(words) && (refused || status >= 500)) return true;
      if (tried) return false;
      failures++;
      tried = (refused && unspecific.test(words)) || (status === 500 && failures === 2);
      return tried;
    },
    understood(encoding) {
      known ??= encoding;
    },
  };
}
