import { describe, expect, it } from "vitest";
import { show } from "../../src/base/show.js";

describe("a shown value", () => {
  it.each<[unknown, string]>([
    [3, "3"],
    [-0.5, "-0.5"],
    [NaN, "NaN"],
    [-Infinity, "-Infinity"],
    [12n, "12"],
    ["yes", '"yes"'],
    ["two\nlines", '"two\\nlines"'],
    [true, "true"],
    [null, "null"],
    [undefined, "nothing"],
    [[1, "a"], '[1,"a"]'],
    [{ k: 1 }, '{"k":1}'],
    [Symbol("s"), "Symbol(s)"],
  ])("is short and on one line: %o", (value, text) => {
    expect(show(value)).toBe(text);
  });

  it("is cut where it would be long", () => {
    const text = show("a".repeat(100));
    expect(text).toBe(`"${"a".repeat(56)}…`);
  });

  it("is short for lists in lists, however deep a file has them", () => {
    let list: unknown = 1;
    let object: unknown = 1;
    for (let i = 0; i < 50_000; i++) [list, object] = [[list], { object }];
    expect(show(list)).toBe("a list of lists");
    expect(show(object)).toBe("[object Object]");
    const bare = Object.create(null) as { self?: unknown };
    bare.self = bare;
    expect(show(bare)).toBe("an object of objects");
  });

  it("says what JSON leaves out or fails at", () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(show(circle)).toBe("[object Object]");
    expect(show([1n])).toBe('["1"]');
    expect(show([1, NaN])).toBe('[1,"NaN"]');
    expect(show(new Float32Array(1000))).toBe('"Float32Array of 4000 bytes"');
    expect(show(show)).toBe("function show");
  });
});
