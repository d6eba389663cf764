/**
 * Projections to look at: principal components, t-SNE, how true they are, and points before and after aligned to each other.
 *
 * @module
 */

export { alignPoints } from "./project/align.js";
export {
  latentSpace,
  projectPca,
  type LatentSpace,
  type LatentSpaceOptions,
  type LatentSpacePoint,
  type Projected,
  type Projection,
} from "./project/latent-space.js";
export { applyPca, fitPca, type Pca, type PcaOptions } from "./project/pca.js";
export { trustworthiness, type TrustworthinessOptions } from "./project/trustworthiness.js";
export { klDivergence, type KlDivergenceOptions } from "./project/tsne/kl-divergence.js";
export type { Tsne, TsneSettings } from "./project/tsne/layout.js";
export { tsne, tsneProjection, type TsneOptions } from "./project/tsne/tsne.js";
