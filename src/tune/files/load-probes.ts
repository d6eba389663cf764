import { readWholeFile } from "../../adapter/whole-file.js";
import { decodeProbes, type KeptProbes } from "../recheck/probes.js";

/**
 * Reads the `probes.safetensors` that `saveDecision` wrote, for `recheck`.
 *
 * @throws Error naming the path when the file is missing or cannot be read, RangeError naming it when its bytes are no
 *   probes.
 */
export async function loadProbes(path: string): Promise<KeptProbes> {
  return decodeProbes(await readWholeFile(path, "the probes"), path);
}
