import { checkChoice, refuse } from "../base/checks.js";
import { checkSameEmbedder } from "../embed/same-embedder.js";
import type { Adapter } from "./adapter.js";
import { checkAdapter } from "./check.js";
import { isIdentitySide } from "./identity-side.js";

/** What whoever wraps a model can say of it. */
export interface FitsOptions {
  /**
   * Id of the embedder that the adapter was fitted on, where the model is called otherwise: says that it gives the same vectors.
   */
  readonly embedder?: string | undefined;
  /**
   * "untouched" where the index holds the model's own vectors: an adapter that changes passages too is then refused, since its
   * questions cannot be compared with them.
   * @default "adapted"
   */
  readonly index?: "adapted" | "untouched" | undefined;
}

/**
 * Refuses an adapter that is whole but does not belong to what it is put behind.
 *
 * @param model.names What the model may be called, the first for the message. A name without the vectors' length fits every length.
 * @param model.dimensions Length of its vectors, where it is known.
 * @throws RangeError naming the remedy, where the adapter was fitted on another embedder, takes vectors of another length, or
 *   changes passages of an untouched index.
 */
export function checkFits(
  adapter: Adapter,
  model: { readonly names: readonly string[]; readonly dimensions?: number | undefined },
  place: string,
  { embedder, index = "adapted" }: FitsOptions = {},
): void {
  checkIndex(adapter, place, index);
  const { embedder: fittedOn } = adapter.metadata;
  const names = embedder === undefined ? model.names : [embedder];
  if (fittedOn !== null && !names.some((name) => isCalled(fittedOn, name))) {
    const wanted = `"${fittedOn}", which the adapter was fitted on (${remedy(fittedOn, names[0])})`;
    checkSameEmbedder(`${place}: embedder`, wanted, names[0], fittedOn);
  }
  if (model.dimensions !== undefined) checkDimensions(adapter, model.dimensions, place);
}

/** @throws RangeError naming the remedy where vectors have another length than those that the adapter was fitted on. */
export function checkDimensions(
  { inputDimensions }: Adapter,
  dimensions: number,
  place: string,
): void {
  if (dimensions === inputDimensions) return;
  const wanted = `of the ${inputDimensions} dimensions that the adapter was fitted on (ask the model for so many, or fit again on these)`;
  refuse(`${place}: vectors`, wanted, dimensions);
}

/** @throws RangeError on an adapter that does not hold together, and one that changes passages of an untouched index. */
export function checkIndex(adapter: Adapter, place: string, index: FitsOptions["index"]): void {
  checkAdapter(adapter, place);
  if (index === undefined || index === "adapted") return;
  checkChoice(index, `${place}: index`, ["adapted", "untouched"]);
  if (isIdentitySide(adapter.passage)) return;
  throw new RangeError(
    `${place}: adapter must leave passages as they are where the index is untouched, received one that changes both sides (take the query-only one, bestQueryOnly or best-query-only.safetensors, or put the passages through this one and index them again)`,
  );
}

const isCalled = (fittedOn: string, name: string): boolean =>
  fittedOn === name ||
  (fittedOn.startsWith(`${name}/`) && /^\d+$/.test(fittedOn.slice(name.length + 1)));

function remedy(fittedOn: string, name: string): string {
  const [model, prefixes] = fittedOn.split("?", 2);
  if (prefixes !== undefined && isCalled(model, name.split("?", 1)[0])) {
    return "the same model, but with other prefixes, which belong to it: withPrefixes puts them before the texts";
  }
  return "give that embedder, or fit again on this one; the option embedder vouches that both give the same vectors";
}

/** Once in a process is enough: whoever maps a million questions has read it. */
let warned = false;

/**
 * Refuses vectors of another embedder than the adapter was fitted on. Where nobody says whose they are, only their length can be
 * checked, and a warning says so once; `null` says that this is meant.
 *
 * @throws RangeError naming the remedy where both are known and differ.
 */
export function checkEmbedderOfVectors(
  { metadata: { embedder: fittedOn } }: Adapter,
  embedder: string | null | undefined,
  place: string,
): void {
  if (fittedOn === null || embedder === null) return;
  if (embedder !== undefined) {
    const wanted = `"${fittedOn}", which the adapter was fitted on`;
    checkSameEmbedder(`${place}: embedder`, wanted, embedder, fittedOn);
    return;
  }
  if (warned) return;
  warned = true;
  warn(
    `${place}: nobody says which embedder the vectors come from, so only their length is checked; the adapter was fitted on "${fittedOn}" (say embedder: embedder.id, or embedder: null where it cannot be known)`,
  );
}

/** As the platform warns: a listener of Node's `warning` gets it, elsewhere it stands in the console. */
function warn(message: string): void {
  const { process, console } = globalThis as {
    process?: { emitWarning?: (message: string, options: { code: string }) => void };
    console?: { warn(message: string): void };
  };
  if (typeof process?.emitWarning === "function") {
    process.emitWarning(message, { code: "EMBEDTUNE_EMBEDDER_UNCHECKED" });
  } else console?.warn(message);
}
