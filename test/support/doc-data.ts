/** What the hidden setups of the pages import: small invented data that every page's code can learn from. */
export { noisyTask } from "../train/shared.js";
export { intents } from "../tune/corpora.js";
export { answeredSet } from "./answered-set.js";
export { twoModels } from "./two-models.js";
