import type { Failure } from "../failures.js";
import type { ServerLimits } from "../server-limits.js";
import type { OpenAISettings } from "../settings.js";

/** How long a job goes on without one success. */
export interface Patience {
  answered(): void;
  /** Milliseconds that are left now that an attempt has failed. */
  left(): number;
  /** The failure that ends the job: with when the server's limits are whole again, and what is kept. */
  givenUp(failure: Failure): Failure;
}

export function createPatience(
  { giveUpAfterMs }: Pick<OpenAISettings, "giveUpAfterMs">,
  limits: Pick<ServerLimits, "ownWaitMs">,
): Patience {
  /** Since when nothing was answered, and how long the caller's own limits had made it wait until then. */
  let failing: { readonly at: number; readonly ownWaitMs: number } | undefined;
  return {
    answered() {
      failing = undefined;
    },
    left() {
      failing ??= { at: performance.now(), ownWaitMs: limits.ownWaitMs };
      const own = limits.ownWaitMs - failing.ownWaitMs;
      return giveUpAfterMs - (performance.now() - failing.at - own);
    },
    givenUp(failure) {
      const ms = Math.max(failure.waitMs ?? -1, failure.resetMs ?? -1);
      const reset = ms >= 0 && ms < 1e12 ? `, its limits reset at ${inWords(ms)}` : "";
      const sentence = `${failure.sentence}; nothing was answered for ${giveUpAfterMs} ms (giveUpAfterMs)${reset}; what was embedded before is kept where a cache stands before the embedder`;
      return { ...failure, sentence };
    },
  };
}

const inWords = (ms: number): string => new Date(Date.now() + ms).toISOString();
