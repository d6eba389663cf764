/** What a tag does to the text: parts lines, begins a cell, a row or a table, or nothing. Numbers, as tables of bytes hold them. */
export const TagRole = { block: 0, cell: 1, row: 2, table: 3, inline: 4 } as const;
export type TagRole = (typeof TagRole)[keyof typeof TagRole];

const roles: ReadonlyMap<string, TagRole> = /* @__PURE__ */ new Map<string, TagRole>([
  ["td", TagRole.cell],
  ["th", TagRole.cell],
  ["tr", TagRole.row],
  ["table", TagRole.table],
  ["a", TagRole.inline],
  ["b", TagRole.inline],
  ["i", TagRole.inline],
  ["em", TagRole.inline],
  ["strong", TagRole.inline],
  ["span", TagRole.inline],
  ["sup", TagRole.inline],
  ["sub", TagRole.inline],
  ["small", TagRole.inline],
  ["code", TagRole.inline],
]);

/** Pages repeat a handful of tags thousands of times. */
const known = new Map<string, TagRole>();
const mostKnown = 1000;

/** The role of a tag such as `</Td>` or `<Th_colspan="2">`. */
export function roleOf(tag: string): TagRole {
  let role = known.get(tag);
  if (role === undefined) {
    const name = /[A-Za-z][A-Za-z0-9]*/.exec(tag)?.[0].toLowerCase() ?? "";
    role = roles.get(name) ?? TagRole.block;
    if (known.size < mostKnown) known.set(tag, role);
  }
  return role;
}

/** A name of letters, one after the other, as a number: five bits a letter. */
export const nameKey = (key: number, letter: number): number => (key << 5) | (letter & 31);

/** Roles by {@link nameKey} of the name: names of up to three letters, then the longer ones. */
let short: Uint8Array | undefined;
const long = new Map<number, TagRole>();

/** The roles of names of up to three letters, by {@link nameKey}. */
export function shortNames(): Uint8Array {
  return (short ??= keyRoles());
}

/** The role of a tag whose name has at most six letters and nothing else, by its key. */
export function roleOfKey(key: number): TagRole {
  const table = shortNames();
  return key < table.length ? (table[key] as TagRole) : (long.get(key) ?? TagRole.block);
}

function keyRoles(): Uint8Array {
  const table = new Uint8Array(1 << 15);
  for (const [name, role] of roles) {
    const key = Array.from(name, (letter) => letter.charCodeAt(0)).reduce(nameKey, 0);
    if (key < table.length) table[key] = role;
    else long.set(key, role);
  }
  return table;
}
