import { expect, it } from "vitest";
import { runExampleScript } from "../support/run-example.js";

it("examples/frameworks.ts answers a question by what LangChain and the AI SDK would be given", async () => {
  const { code, stdout, stderr } = await runExampleScript("frameworks", ["cancel my subscription"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^(use it|leave it|not shown): /);
  const cosines = [...stdout.matchAll(/^(-?\d\.\d{3}) {2}\S/gm)].map(([, cosine]) =>
    Number(cosine),
  );
  expect(cosines).toHaveLength(3);
  expect(cosines).toEqual(cosines.toSorted((a, b) => b - a));
});
