import { describe, expect, it } from "vitest";
import { renderPng, renderReport, reportPlots } from "embedtune/report";
import { inventedDecision } from "../support/invented-decision.js";

describe("reportPlots", () => {
  const decision = inventedDecision({ questions: 60 });

  it("gives every chart of the page by itself, with its colours written out", async () => {
    const plots = reportPlots(decision);
    const page = await renderReport(decision);
    expect([...plots.keys()]).toContain("gains");
    expect(plots.size).toBe(page.match(/<svg\s+class="chart"/g)?.length);
    for (const svg of plots.values()) {
      expect(svg).toMatch(/^<svg class="chart" xmlns="http:\/\/www.w3.org\/2000\/svg" width="\d+/);
      expect(svg).not.toMatch(/var\(|undefined|NaN/);
      const parts = svg.slice(svg.indexOf("</style>")).replace(/^.*?\/>/, "");
      expect(page).toContain(parts);
    }
  });

  it("can be drawn", async () => {
    const png = await renderPng(reportPlots(decision).get("gains")!);
    expect(Buffer.from(png).subarray(1, 4).toString()).toBe("PNG");
  });
});
