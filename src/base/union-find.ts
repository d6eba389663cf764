/** Sets that grow together. */
export interface UnionFind {
  /** The smallest member of the item's set, which stands for it. */
  find(item: number): number;
  join(a: number, b: number): void;
}

/** `count` items, each a set of its own at first (Tarjan, 1975; path halving). */
export function createUnionFind(count: number): UnionFind {
  const parent = Uint32Array.from({ length: count }, (_, i) => i);
  const find = (item: number): number => {
    while (parent[item] !== item) item = parent[item] = parent[parent[item]];
    return item;
  };
  return {
    find,
    join(a, b) {
      const [first, second] = [find(a), find(b)];
      if (first < second) parent[second] = first;
      else parent[first] = second;
    },
  };
}
