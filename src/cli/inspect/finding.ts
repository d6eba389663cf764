/** What was found: as data for `--json`, as lines for a person. */
export interface Finding {
  readonly result: Readonly<Record<string, unknown>>;
  readonly lines: readonly string[];
}

/** Names and values below each other. */
export function listing(entries: readonly (readonly [name: string, value: string])[]): string[] {
  const width = Math.max(...entries.map(([name]) => name.length)) + 2;
  return entries.map(([name, value]) => `${name.padEnd(width)}${value}`);
}
