/**
 * embedtune/umap: UMAP as a projection for `latentSpace`. Needs the optional package `umap-js`.
 *
 * @module
 */
export { umapProjection, type UmapOptions } from "./project/umap.js";
