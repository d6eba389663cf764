import { buildCommand } from "@stricli/core";
import type { ReportFlags } from "../report/report.js";
import {
  commonFlags,
  fileFlag,
  loadWork,
  switchFlag,
  textFlag,
  type VerbContext,
} from "../verb.js";

export const reportVerb = buildCommand<ReportFlags, [folder: string], VerbContext>({
  loader: loadWork(async () => (await import("../report/report.js")).report),
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{ parse: String, placeholder: "FOLDER", brief: "A folder that tune wrote" }],
    },
    flags: {
      out: fileFlag("Where the page goes; report.html in the folder without this, - prints it"),
      title: textFlag("The page's title"),
      plot: textFlag(
        "Write one of the page's charts instead, as SVG: gains, ranks-1, recall, …",
        "name",
      ),
      png: switchFlag("Write the chart as PNG, by the optional package @resvg/resvg-js"),
      texts: { kind: "boolean", brief: "Put texts on the page, ids alone without", default: true },
      ...commonFlags,
    },
  },
  docs: {
    brief: "Write the page of a tuning again, without its texts for instance",
    customUsage: ["FOLDER [--no-texts] [--out PAGE]", "FOLDER --plot NAME [--png] [--out PICTURE]"],
    fullDescription: `Write the page of a folder that tune wrote again, from what was kept there: nothing is fitted and nothing is embedded.
Vectors are not kept, so this page has no map of the space.

EXAMPLES
  embedtune report tuned --no-texts --out for-everybody.html
  embedtune report tuned --plot gains --png --out gains.png`,
  },
});
