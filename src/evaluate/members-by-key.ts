/** The positions of each key, ascending; keys in the order in which they first occur. */
export function membersByKey<Key>(keys: Iterable<Key>): Map<Key, number[]> {
  const members = new Map<Key, number[]>();
  let position = 0;
  for (const key of keys) {
    const known = members.get(key);
    if (known === undefined) members.set(key, [position]);
    else known.push(position);
    position++;
  }
  return members;
}
