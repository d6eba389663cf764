import type * as Vega from "vega";
import type * as VegaLite from "vega-lite";
import type { VegaLiteSpec } from "./vega-lite.js";

/**
 * Draws a Vega-Lite specification as one SVG string, without a browser, a canvas or a network: compiled by vega-lite,
 * laid out and written by vega. Needs the optional packages `vega` and `vega-lite`.
 *
 * A mark's description becomes its `<title>`, which browsers show when the pointer rests on it; the picture as a whole
 * carries the specification's description for those who do not see it.
 *
 * @throws Error when the packages are not installed.
 */
export async function renderSvg(spec: VegaLiteSpec): Promise<string> {
  const { vega, vegaLite } = await loadVega();
  // The two packages type the same plain objects differently.
  const compiled = vegaLite.compile(spec as unknown as Parameters<typeof vegaLite.compile>[0], {
    logger: vega.logger(vega.Error),
  }).spec;
  const view = new vega.View(vega.parse(compiled), {
    renderer: "none",
    logLevel: vega.Error,
    loader: offlineLoader(vega),
  });
  try {
    const svg = await view.toSVG();
    return hoverTitles(svg, typeof spec["description"] === "string" ? spec["description"] : "");
  } finally {
    view.finalize();
  }
}

async function loadVega(): Promise<{
  vega: typeof Vega;
  vegaLite: typeof VegaLite;
}> {
  try {
    const [vega, vegaLite] = await Promise.all([import("vega"), import("vega-lite")]);
    return { vega, vegaLite };
  } catch (cause) {
    throw new Error("report: drawing needs the packages vega and vega-lite: npm i vega vega-lite", {
      cause,
    });
  }
}

/** A loader that refuses every address, so that no specification can read a file or the network. */
function offlineLoader(vega: typeof Vega): Vega.Loader {
  const refuse = (uri: string): Promise<never> =>
    Promise.reject(new Error(`report: a plot must not load anything, it asked for ${uri}`));
  return { ...vega.loader(), load: refuse, sanitize: refuse, http: refuse, file: refuse };
}

/**
 * Turns the accessible labels vega writes on marks into `<title>` elements and leaves out its other accessibility
 * attributes: to a screen reader the plot is one picture with one description, not a thousand dots.
 */
function hoverTitles(svg: string, description: string): string {
  // Inside a tag, vega escapes &, <, > and " in every value, so a tag ends at the first ">".
  return svg
    .replace(
      /<(path|rect|line|text)( [^>]*?)(\/?)>/g,
      (_, name: string, attributes: string, end) => {
        const label = / aria-label="([^"]*)"/.exec(attributes)?.[1];
        const plain = withoutAria(attributes);
        if (label === undefined || end !== "/") return `<${name}${plain}${end}>`;
        return `<${name}${plain}><title>${label}</title></${name}>`;
      },
    )
    .replace(/<g( [^>]*?)>/g, (_, attributes: string) => `<g${withoutAria(attributes)}>`)
    .replace(/^<svg/, `<svg role="img" aria-label="${escapeAttribute(description)}"`);
}

function withoutAria(attributes: string): string {
  return attributes.replace(/ (?:aria-[a-z]+|role|class|pointer-events)="[^"]*"/g, "");
}

function escapeAttribute(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
