import type { Tensors } from "../optimizers/optimizer.js";

/** Adds the derivative of penalty · |tensors − start|² to the gradients, in place. */
export function pullTowardStart(
  gradients: Tensors,
  tensors: Tensors,
  start: Tensors,
  penalty: number,
): void {
  if (penalty === 0) return;
  for (const [t, gradient] of gradients.entries()) {
    const values = tensors[t];
    const origin = start[t];
    for (let i = 0; i < gradient.length; i++) gradient[i] += 2 * penalty * (values[i] - origin[i]);
  }
}

/** Scales all gradients, in place, so that their common Euclidean length is at most `limit`. */
export function clipGradients(gradients: Tensors, limit: number | null): void {
  if (limit === null) return;
  let square = 0;
  for (const gradient of gradients) {
    for (let i = 0; i < gradient.length; i++) square += gradient[i] * gradient[i];
  }
  const length = Math.sqrt(square);
  if (length <= limit) return;
  for (const gradient of gradients) {
    for (let i = 0; i < gradient.length; i++) gradient[i] *= limit / length;
  }
}
