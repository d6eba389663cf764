import { createRequire } from "node:module";
import { onEngine } from "../math/engines/on-engine.js";
import { wrongUse } from "./failures.js";
import type { CommandIo } from "./io.js";
import type { VerbWork } from "./verb.js";

export interface EngineFlags {
  readonly engine?: EngineName | undefined;
}

const names = ["kernel", "onnx"] as const;
type EngineName = (typeof names)[number];

export const engineFlag = {
  kind: "enum",
  values: names,
  brief:
    "What multiplies: kernel, the same bits everywhere, or onnx, the machine's own speed by the optional package onnxruntime-node",
  optional: true,
} as const;

/**
 * Has a verb's work run on the engine that the flag or `EMBEDTUNE_ENGINE` names. Where neither does and onnxruntime-node is
 * there, whoever waited is told.
 *
 * @param multiplies Whether large matrices are multiplied where these flags are given.
 */
export function onChosenEngine<Flags extends EngineFlags, Arguments extends readonly unknown[]>(
  work: VerbWork<Flags, Arguments>,
  multiplies: (flags: Flags) => boolean = () => true,
): VerbWork<Flags, Arguments> {
  return async (flags, args, io) => {
    const engine = flags.engine ?? engineOfEnvironment(io);
    await onEngine({ engine }, "embedtune", () => work(flags, args, io));
    if (engine === undefined && multiplies(flags) && isInstalled("onnxruntime-node")) {
      io.say(
        "onnxruntime-node is installed: --engine onnx multiplies faster, in its own last bits",
      );
    }
  };
}

function engineOfEnvironment({ env }: CommandIo): EngineName | undefined {
  const name = env["EMBEDTUNE_ENGINE"] ?? "";
  if (name === "") return undefined;
  const engine = names.find((known) => known === name);
  if (engine !== undefined) return engine;
  throw wrongUse(`EMBEDTUNE_ENGINE must be kernel or onnx, received ${JSON.stringify(name)}`);
}

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}
