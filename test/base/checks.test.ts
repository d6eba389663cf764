import { describe, expect, it } from "vitest";
import {
  checkChoice,
  checkInteger,
  checkNumber,
  checkSameLength,
  refuse,
} from "../../src/base/checks.js";

const messageOf = (check: () => void): string => {
  try {
    check();
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
    return (error as RangeError).message;
  }
  return "accepted";
};

describe("a refusal", () => {
  it("says the place, the expectation, and what came", () => {
    const refusal = (): void => refuse("pairs.jsonl:12: label", "0 or 1", "yes");
    expect(messageOf(refusal)).toBe('pairs.jsonl:12: label must be 0 or 1, received "yes"');
  });
});

describe("checkNumber", () => {
  const message = (value: unknown, bounds?: Parameters<typeof checkNumber>[2]): string =>
    messageOf(() => {
      checkNumber(value, "fitRca: lambda", bounds);
    });

  it("accepts finite numbers, bounds of its range included or not as they say", () => {
    expect(message(-1e300)).toBe("accepted");
    expect(message(0, { least: 0, most: 1 })).toBe("accepted");
    expect(message(1, { least: 0, most: 1 })).toBe("accepted");
    expect(message(1e-9, { above: 0, below: 1 })).toBe("accepted");
  });

  it("refuses what lies outside, naming the bounds", () => {
    const place = "fitRca: lambda must be";
    expect(message(0, { above: 0 })).toBe(`${place} a number > 0, received 0`);
    expect(message(1, { least: 0, below: 1 })).toBe(`${place} a number >= 0 and < 1, received 1`);
    expect(message(-1, { least: 0, most: 1 })).toBe(`${place} a number from 0 to 1, received -1`);
    expect(message(2, { above: 0, most: 1 })).toBe(`${place} a number > 0 and <= 1, received 2`);
  });

  it("refuses what is no finite number", () => {
    for (const [value, shown] of [
      [NaN, "NaN"],
      [Infinity, "Infinity"],
      ["3", '"3"'],
      [undefined, "nothing"],
      [null, "null"],
    ]) {
      expect(message(value)).toBe(`fitRca: lambda must be a finite number, received ${shown}`);
    }
  });
});

describe("checkInteger", () => {
  const message = (value: unknown, bounds?: Parameters<typeof checkInteger>[2]): string =>
    messageOf(() => {
      checkInteger(value, "topK: k", bounds);
    });

  it("accepts integers within the bounds", () => {
    expect(message(-3)).toBe("accepted");
    expect(message(1, { least: 1 })).toBe("accepted");
    expect(message(5, { least: 1, most: 5 })).toBe("accepted");
  });

  it("refuses fractions, other types, and what lies outside", () => {
    expect(message(1.5)).toBe("topK: k must be an integer, received 1.5");
    expect(message("1")).toBe('topK: k must be an integer, received "1"');
    expect(message(0, { least: 1 })).toBe("topK: k must be an integer >= 1, received 0");
    expect(message(6, { least: 1, most: 5 })).toBe(
      "topK: k must be an integer from 1 to 5, received 6",
    );
  });
});

describe("checkChoice", () => {
  const message = (value: unknown, choices: readonly string[]): string =>
    messageOf(() => {
      checkChoice(value, "adapter: side", choices);
    });

  it("accepts the choices and lists them to what is none", () => {
    expect(message("query", ["query", "passage"])).toBe("accepted");
    expect(message("both", ["query"])).toBe('adapter: side must be "query", received "both"');
    expect(message(1, ["a", "b", "c"])).toBe('adapter: side must be "a", "b" or "c", received 1');
    expect(message(undefined, ["query", "passage"])).toBe(
      'adapter: side must be "query" or "passage", received nothing',
    );
  });
});

describe("checkSameLength", () => {
  it("accepts lists of one length and says both lengths of others", () => {
    checkSameLength([1], "scores", Float32Array.of(1), "labels");
    expect(
      messageOf(() => {
        checkSameLength([1, 2], "auc: scores", [1], "labels");
      }),
    ).toBe("auc: scores and labels must have the same length, received 2 and 1");
  });
});
