/**
 * Embedders of local models, by `@huggingface/transformers`.
 *
 * @module
 */
export {
  createTransformersEmbedder,
  type TransformersEmbedderOptions,
} from "./integrations/transformers.js";
