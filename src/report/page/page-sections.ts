import type { Html } from "../html.js";
import type { ReportData } from "../report-data.js";
import { distributionSection } from "../sections/distribution-section.js";
import { exampleSection } from "../sections/example-section.js";
import { histogramSection } from "../sections/histogram-section.js";
import { latentSection } from "../sections/latent-section.js";
import { tableSection } from "../sections/table-section.js";
import { trainingSection } from "../sections/training-section.js";

/** A part of the page; empty where the data have nothing for it. */
export type Section = (data: ReportData) => Html | Promise<Html>;

/** The sections of the page, in the order in which they are read. */
export const pageSections: readonly Section[] = [
  tableSection,
  exampleSection,
  histogramSection,
  latentSection,
  trainingSection,
  distributionSection,
];
