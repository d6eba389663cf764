/** What a tag does to the text: begins a cell, a row or a table, parts lines, or nothing. */
export type TagRole = "cell" | "row" | "table" | "block" | "inline";

const roles: ReadonlyMap<string, TagRole> = /* @__PURE__ */ new Map<string, TagRole>([
  ["td", "cell"],
  ["th", "cell"],
  ["tr", "row"],
  ["table", "table"],
  ["a", "inline"],
  ["b", "inline"],
  ["i", "inline"],
  ["em", "inline"],
  ["strong", "inline"],
  ["span", "inline"],
  ["sup", "inline"],
  ["sub", "inline"],
  ["small", "inline"],
  ["code", "inline"],
]);

/** Pages repeat a handful of tags thousands of times. */
const known = new Map<string, TagRole>();
const mostKnown = 1000;

/** The role of a tag such as `</Td>` or `<Th_colspan="2">`. */
export function roleOf(tag: string): TagRole {
  let role = known.get(tag);
  if (role === undefined) {
    const name = /[A-Za-z][A-Za-z0-9]*/.exec(tag)?.[0].toLowerCase() ?? "";
    role = roles.get(name) ?? "block";
    if (known.size < mostKnown) known.set(tag, role);
  }
  return role;
}

/** A name of letters, one after the other, as a number: five bits a letter. */
export const nameKey = (key: number, letter: number): number => (key << 5) | (letter & 31);

/** Roles by {@link nameKey} of the name: names of up to three letters, then the longer ones. */
let short: TagRole[] | undefined;
const long = new Map<number, TagRole>();

/** The role of a tag whose name has at most six letters and nothing else, by its key. */
export function roleOfKey(key: number): TagRole {
  short ??= keyRoles();
  return key < short.length ? short[key] : (long.get(key) ?? "block");
}

function keyRoles(): TagRole[] {
  const table = new Array<TagRole>(1 << 15).fill("block");
  for (const [name, role] of roles) {
    const key = Array.from(name, (letter) => letter.charCodeAt(0)).reduce(nameKey, 0);
    if (key < table.length) table[key] = role;
    else long.set(key, role);
  }
  return table;
}
