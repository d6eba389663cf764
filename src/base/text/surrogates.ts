/** Units that are half a pair without the other half: what is left where a text was cut inside a character. */
const lone = /\p{Surrogate}/u;

/** Whether every surrogate of the text has its other half. */
export function isWellFormed(text: string): boolean {
  // A tenth of the time where the runtime has it (Node 20).
  return (text as { isWellFormed?(): boolean }).isWellFormed?.() ?? !lone.test(text);
}

/** The text with U+FFFD, as encoders write it, for each half of a pair that stands alone. As long as the text. */
export function toWellFormed(text: string): string {
  return isWellFormed(text) ? text : text.replace(/\p{Surrogate}/gu, "\ufffd");
}

/** The first `length` units of a text, one less where that would cut a pair in two. */
export function cutText(text: string, length: number): string {
  const cutsPair = /[\ud800-\udbff][\udc00-\udfff]/.test(text.slice(length - 1, length + 1));
  return text.slice(0, cutsPair ? length - 1 : length);
}
