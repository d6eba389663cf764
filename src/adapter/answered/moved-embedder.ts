import { refuse } from "../../base/checks.js";
import { createFingerprint } from "../../base/fingerprint.js";
import type { EmbedOptions } from "../../embed/embedder.js";
import { checkSameDimensions, createMatrix, rowOf, type Matrix } from "../../math/matrix.js";
import type { AdaptedEmbedder } from "../adapted-embedder.js";
import { rowsOfIds } from "./check-ids.js";
import type { MovedPassages } from "./moved-passages.js";

export interface WithMovedPassagesOptions {
  /** The id that a passage's text has among the moved passages; `undefined` of one that nobody has asked about. */
  readonly idOf: (text: string) => string | undefined;
}

/**
 * An adapted embedder that gives moved passages their places, so that whoever hands texts to a wrapper (LangChain's vector
 * stores, the AI SDK) indexes what was judged. Questions and all other passages stay as the adapter maps them.
 *
 * @param embedder `withAdapter(embedder, adapter)` with the adapter that the passages were moved under.
 * @throws RangeError naming the remedy where it is another; from `embed`, where vectors have another length.
 */
export function withMovedPassages(
  embedder: AdaptedEmbedder,
  moved: MovedPassages,
  { idOf }: WithMovedPassagesOptions,
): AdaptedEmbedder {
  const place = "withMovedPassages";
  const { adapter } = ((embedder as Partial<AdaptedEmbedder>).judgement ?? {}) as {
    readonly adapter?: string;
  };
  if (adapter === undefined) {
    refuse(`${place}: embedder`, "what withAdapter gave", embedder.id);
  }
  const { metadata, vectors } = moved;
  if (metadata.adapter !== undefined && metadata.adapter !== adapter) {
    const wanted = `with the adapter ${metadata.adapter}, which the passages were moved under (the file beside them, or the form's own)`;
    refuse(`${place}: embedder`, wanted, adapter);
  }
  if (typeof idOf !== "function")
    refuse(`${place}: idOf`, "a function from a text to its id", idOf);
  const places = rowsOfIds(moved.ids, `${place}: moved.ids`);
  const { verdict, sentence } = metadata;
  const put = (
    texts: readonly string[],
    mapped: Matrix,
    { side = "passage" }: EmbedOptions,
    textOf = (row: number): string => texts[row],
  ): Matrix => {
    if (side === "query" || mapped.rows === 0) return mapped;
    checkSameDimensions(mapped, `${place}: vectors`, vectors, "moved passages");
    const result = createMatrix(mapped.rows, mapped.cols, mapped.data.slice());
    for (let row = 0; row < mapped.rows; row++) {
      const id = idOf(textOf(row));
      const at = id === undefined ? undefined : places.get(id);
      if (at !== undefined) rowOf(result, row).set(rowOf(vectors, at));
    }
    return result;
  };
  const { embedBatches, estimate } = embedder;
  return {
    id: `${embedder.id}+${fingerprint(moved)}`,
    symmetric: false,
    dimensions: embedder.dimensions,
    judgement: {
      adapter,
      ...(verdict === undefined ? {} : { verdict }),
      ...(sentence === undefined ? {} : { sentence }),
    },
    embed: async (texts, options = {}) => put(texts, await embedder.embed(texts, options), options),
    ...(embedBatches !== undefined && {
      async *embedBatches(texts: readonly string[], options: EmbedOptions = {}) {
        for await (const { indices, vectors: some } of embedBatches.call(
          embedder,
          texts,
          options,
        )) {
          yield { indices, vectors: put(texts, some, options, (row) => texts[indices[row]]) };
        }
      },
    }),
    ...(estimate !== undefined && { estimate: estimate.bind(embedder) }),
  };
}

/** So that a cache around it never takes places of one fit for those of another. */
function fingerprint({ ids, vectors }: MovedPassages): string {
  const { add, addFloats, digest } = createFingerprint();
  for (const id of ids) {
    add(id.length);
    for (let i = 0; i < id.length; i++) add(id.charCodeAt(i));
  }
  addFloats(vectors.data);
  return digest();
}
