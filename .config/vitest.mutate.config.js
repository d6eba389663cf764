import base from "./vitest.config.js";

/** The tests that mutants run against: a room's own, so that each mutant costs seconds. */
export default {
  ...base,
  test: { ...base.test, include: ["test/{data,evaluate,fit}/**/*.test.ts"] },
};
