import { execFileSync } from "node:child_process";

/**
 * The Python that reads our files back, where there is one: the interpreter that EMBEDTUNE_PYTHON names (`.ci/run` makes an
 * environment), if it has the modules.
 */
export function pythonWith(...modules: readonly string[]): string | undefined {
  const python = process.env["EMBEDTUNE_PYTHON"];
  if (python === undefined || python === "") return undefined;
  try {
    execFileSync(python, ["-c", `import ${modules.join(", ")}`], { stdio: "ignore" });
    return python;
  } catch {
    return undefined;
  }
}
