import { isKernelEngine } from "../../math/engines/kernel-engine.js";
import type { Advance } from "../loop/advance.js";
import { infoNceSettingsOf } from "../losses/info-nce.js";
import { adamSettingsOf } from "../optimizers/adam.js";
import type { TrainingPlan } from "../training-plan.js";
import { kernelSteps } from "./kernel-steps.js";

/**
 * Steps in the kernel's own memory where a run is what it knows: full matrices without centers, InfoNCE, Adam, the built-in
 * engine; else `otherwise`.
 */
export function inKernel(plan: TrainingPlan, otherwise: Advance): Advance {
  const { model, engine, dropout } = plan;
  const { rank, bias, outputDimensions } = model.shape;
  const loss = infoNceSettingsOf(plan.loss);
  const adam = adamSettingsOf(plan.optimizer);
  const plain = isKernelEngine(engine) && rank === null && !bias && dropout === 0;
  if (!plain || loss === undefined || adam === undefined || outputDimensions % 8 !== 0) {
    return otherwise;
  }
  return kernelSteps(plan, { ...loss, adam }, otherwise);
}
