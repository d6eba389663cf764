import { applyVerb } from "./apply.js";
import { checkVerb } from "./check.js";
import { compareVerb } from "./compare.js";
import { embedVerb } from "./embed.js";
import { evaluateVerb } from "./evaluate.js";
import { inspectVerb } from "./inspect.js";
import { mineVerb } from "./mine.js";
import { nqVerb } from "./nq.js";
import { reportVerb } from "./report.js";
import { tuneVerb } from "./tune.js";

/** The verbs by name, in the order in which help lists them. */
export const verbs = {
  tune: tuneVerb,
  report: reportVerb,
  check: checkVerb,
  embed: embedVerb,
  mine: mineVerb,
  apply: applyVerb,
  evaluate: evaluateVerb,
  compare: compareVerb,
  inspect: inspectVerb,
  nq: nqVerb,
} as const;
