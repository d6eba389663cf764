import type { Adapter } from "./adapter.js";
import { adapterFingerprint } from "./fingerprint.js";

/** What was judged of the vectors that have gone through an adapter. */
export interface EmbedderJudgement {
  /** `adapterFingerprint` of the adapter. */
  readonly adapter: string;
  /** The word and the sentence that the judge had for it; left out where there was none, or it was for more than the adapter. */
  readonly verdict?: string;
  readonly sentence?: string;
}

/** What was judged of an adapter by itself: together with moved passages or with votes is no word about the map alone. */
export function judgementOf(adapter: Adapter): EmbedderJudgement {
  const { verdict, sentence, form } = adapter.metadata;
  return {
    adapter: adapterFingerprint(adapter),
    ...(verdict === undefined || form !== undefined ? {} : { verdict }),
    ...(sentence === undefined || form !== undefined ? {} : { sentence }),
  };
}
