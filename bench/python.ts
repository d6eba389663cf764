import type { BenchOptions } from "./rows.js";

/** The interpreter of rivals: `--python`, else the environment variable PYTHON, else python3. An empty one is none. */
export const pythonOf = (options: BenchOptions): string =>
  [options.get("python"), process.env["PYTHON"]].find(Boolean) ?? "python3";

/**
 * The environment for NumPy and PyTorch: ours without the settings of OpenBLAS that suit another program, which would slow
 * this one down. It chooses its own kernel.
 */
export function pythonEnvironment(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  delete env["OPENBLAS_CORETYPE"];
  delete env["OPENBLAS_L2_SIZE"];
  return env;
}
