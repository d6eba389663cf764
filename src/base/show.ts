/** A value as a message shows it: short, on one line, strings in quotes. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const text =
    typeof value === "number" || typeof value === "bigint"
      ? String(value)
      : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
