import { refuse } from "../base/checks.js";
import type { Embedder } from "./embedder.js";

/** Whoever comes without types hands over another framework's model, or nothing. */
export function checkIsEmbedder(value: unknown, place: string): asserts value is Embedder {
  const { id, embed } = (value ?? {}) as Record<string, unknown>;
  if (typeof id === "string" && typeof embed === "function") return;
  const wanted = "an embedder, with id and embed, as createFunctionEmbedder makes one";
  refuse(`${place}: embedder`, wanted, value);
}
