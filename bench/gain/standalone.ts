/**
 * The bench as one file, for a machine that has no more than Node and the data:
 *
 *   npx esbuild bench/gain/standalone.ts --bundle --platform=node --format=esm --outfile=gain.mjs
 *   EMBEDTUNE_SETS=data node gain.mjs --full --jobs 16 --cells cells.jsonl
 */
import { run } from "../gain.js";
import { parseArguments, report } from "../rows.js";

const { options } = parseArguments(process.argv.slice(2));
report("gain", options, await run(options));
