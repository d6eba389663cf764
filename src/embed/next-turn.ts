/** Resolves after the event loop has handled what was waiting (timers, input, an abort). */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
