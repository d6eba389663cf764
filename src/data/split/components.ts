import { createUnionFind } from "../../base/union-find.js";

/** Items that must stay together. */
export interface Component {
  /** The smallest key of its items: names the component whatever the order of the input. */
  readonly key: string;
  /** Indices of its items, ascending. */
  readonly items: readonly number[];
}

/**
 * The connected components of items that share keys: two items with a key in common are together, and so are the two
 * at the ends of a chain of such items. An item without keys is a component of its own.
 */
export function connectedComponents(keys: readonly (readonly string[])[]): Component[] {
  const sets = createUnionFind(keys.length);
  const first = new Map<string, number>();
  for (const [i, itemKeys] of keys.entries()) {
    for (const key of itemKeys) {
      const other = first.get(key);
      if (other === undefined) {
        first.set(key, i);
        continue;
      }
      sets.join(i, other);
    }
  }
  const byRoot = new Map<number, { key: string | undefined; items: number[] }>();
  for (const [i, itemKeys] of keys.entries()) {
    const root = sets.find(i);
    let component = byRoot.get(root);
    if (component === undefined) {
      component = { key: undefined, items: [] };
      byRoot.set(root, component);
    }
    component.items.push(i);
    for (const key of itemKeys) {
      if (component.key === undefined || key < component.key) component.key = key;
    }
  }
  return [...byRoot.entries()].map(([root, { key, items }]) => ({ key: key ?? `#${root}`, items }));
}
