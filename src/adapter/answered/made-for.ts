import { refuse } from "../../base/checks.js";
import { checkSameEmbedder } from "../../embed/same-embedder.js";
import type { Adapter } from "../adapter.js";
import { adapterFingerprint } from "../fingerprint.js";

/** What vectors of answered questions were made for; written to their file. */
export interface AnsweredMetadata {
  /** Id of the embedder of the vectors; `null` when unknown. */
  readonly embedder: string | null;
  /** {@link adapterFingerprint} of the adapter that the vectors went through. Left out where there is none. */
  readonly adapter?: string;
  /** The word that the judge had for this form. */
  readonly verdict?: string;
  /** The verdict in words, with what it rests on. */
  readonly sentence?: string;
  /** ISO 8601. */
  readonly created?: string;
}

/** What vectors are served with, to be held against what they were made for. What is left out is not looked at. */
export interface ServedWith {
  /** Id of the embedder of the queries. @default undefined */
  readonly embedder?: string | undefined;
  /** The adapter that queries go through. @default undefined */
  readonly adapter?: Adapter | undefined;
}

/** @throws RangeError when embedder or adapter are known on both sides and differ. */
export function checkMadeFor(
  made: AnsweredMetadata | undefined,
  { embedder, adapter }: ServedWith,
  place: string,
): void {
  const madeWith = made?.embedder ?? null;
  if (embedder !== undefined && madeWith !== null) {
    const wanted = `"${madeWith}", which the vectors come from`;
    checkSameEmbedder(`${place}: embedder`, wanted, embedder, madeWith);
  }
  if (adapter === undefined || made?.adapter === undefined) return;
  const fingerprint = adapterFingerprint(adapter);
  if (fingerprint !== made.adapter) {
    refuse(`${place}: adapter`, `that of the vectors, ${made.adapter}`, fingerprint);
  }
}

/** Metadata as the strings that safetensors allows. What is unknown is left out. */
export function writeMadeFor(metadata: AnsweredMetadata | undefined): Record<string, string> {
  const { embedder = null, adapter, verdict, sentence, created } = metadata ?? { embedder: null };
  return {
    ...(embedder === null ? {} : { embedder }),
    ...(adapter === undefined ? {} : { adapter }),
    ...(verdict === undefined ? {} : { verdict }),
    ...(sentence === undefined ? {} : { sentence }),
    ...(created === undefined ? {} : { created }),
  };
}

/** Reads what {@link writeMadeFor} wrote. */
export function readMadeFor(
  strings: Readonly<Record<string, string | undefined>>,
): AnsweredMetadata {
  const { embedder = null, adapter, verdict, sentence, created } = strings;
  return {
    embedder,
    ...(adapter === undefined ? {} : { adapter }),
    ...(verdict === undefined ? {} : { verdict }),
    ...(sentence === undefined ? {} : { sentence }),
    ...(created === undefined ? {} : { created }),
  };
}
