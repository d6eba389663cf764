export { loadAdapter, saveAdapter } from "./adapter/files.js";
