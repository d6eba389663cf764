import type { Adapter, AdapterMetadata, AdapterSide } from "../../adapter/adapter.js";
import { createAdapter } from "../../adapter/create-adapter.js";
import { identitySide } from "../../adapter/identity-side.js";
import type { Tensors } from "../optimizers/optimizer.js";
import { absent, tensorAt, type AdapterModel, type SideSlots } from "./adapter-model.js";

/** The model's present state as an adapter. The arrays are shared, not copied. */
export function toAdapter(
  model: AdapterModel,
  tensors: Tensors,
  metadata: AdapterMetadata,
): Adapter {
  // One object per array, so that a shared matrix stays one when it is saved or sent elsewhere.
  const matrices = tensors.map((_, slot) => tensorAt(model, tensors, slot));
  const side = (slots: SideSlots | null): AdapterSide => {
    if (slots === null) return identitySide;
    const center = slots.center === absent ? null : tensors[slots.center];
    if (slots.weights !== absent) return { center, weights: matrices[slots.weights] };
    const lowRank = { left: matrices[slots.left], right: matrices[slots.right] };
    return { center, weights: null, lowRank };
  };
  return createAdapter({
    inputDimensions: model.shape.inputDimensions,
    outputDimensions: model.shape.outputDimensions,
    query: side(model.query),
    passage: side(model.passage),
    ...metadata,
  });
}
