import type { Bridge } from "./bridge.js";

/** What a bridge agrees with the new model, and whether more texts would help, in words. */
export function bridgeSentence({
  method,
  agreementAt10: { value, interval, askers, among, chance },
  curve,
  texts,
}: Pick<Bridge, "agreementAt10" | "curve" | "texts"> & { readonly method: string }): string {
  const [half, whole] = curve.slice(-2);
  const gain = whole.agreementAt10 - half.agreementAt10;
  const who = askers === "queries" ? "held-out questions" : "held-out texts";
  return (
    `${method} on ${texts} texts: ${who} find ${value.toFixed(2)} of the new model's ten nearest among ${among} held-out ` +
    `texts [${interval.map((end) => end.toFixed(2)).join(", ")}], by chance ${chance.toFixed(2)}; from ${half.texts} to ${whole.texts} texts that ` +
    (gain >= 0.005
      ? `rose by ${gain.toFixed(2)}: more would help`
      : "rose no more: more will hardly help")
  );
}
