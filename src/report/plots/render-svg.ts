import { missingPeer } from "../../base/missing-peer.js";
import type * as Vega from "vega";
import type * as VegaLite from "vega-lite";
import { withoutControls } from "../format.js";
import { escapeHtml } from "../html.js";
import type { VegaLiteSpec } from "./vega-lite.js";

/**
 * Draws a Vega-Lite specification as one SVG string, without a browser, a canvas or a network: compiled by vega-lite,
 * laid out and written by vega. Needs the optional packages `vega` and `vega-lite`.
 *
 * A mark's description becomes its `<title>`, which browsers show when the pointer rests on it; the picture as a whole
 * carries the specification's description for those who do not see it.
 *
 * @throws Error when the packages are not installed, or the specification asks for data from elsewhere.
 */
export async function renderSvg(spec: VegaLiteSpec): Promise<string> {
  const { vega, vegaLite } = await loadVega();
  // The two packages type the same plain objects differently.
  const compiled = vegaLite.compile(spec as unknown as Parameters<typeof vegaLite.compile>[0], {
    logger: vega.logger(vega.Error),
  }).spec;
  const refused: string[] = [];
  const view = new vega.View(vega.parse(compiled), {
    renderer: "none",
    logLevel: vega.None,
    loader: offlineLoader(vega, refused),
  });
  try {
    const svg = withoutControls(await view.toSVG());
    // Vega draws on without what it could not load; a picture that lacks its data must not pass for one.
    if (refused.length > 0) {
      throw new Error(
        `renderSvg: spec must hold its data inside, received one that loads ${refused.join(", ")}`,
      );
    }
    return hoverTitles(svg, typeof spec["description"] === "string" ? spec["description"] : "");
  } finally {
    view.finalize();
  }
}

async function loadVega(): Promise<{
  vega: typeof Vega;
  vegaLite: typeof VegaLite;
}> {
  const missing = missingPeer("renderSvg", "vega@6 vega-lite@6.4");
  const vega = await import("vega").catch(missing);
  return { vega, vegaLite: await import("vega-lite").catch(missing) };
}

/** A loader that refuses every address, so that no specification can read a file or the network, and notes it. */
function offlineLoader(vega: typeof Vega, refused: string[]): Vega.Loader {
  const refuse = (uri: string): Promise<never> => {
    refused.push(uri);
    return Promise.reject(new Error(`refused to load ${uri}`));
  };
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
    .replace(/^<svg/, () => `<svg role="img" aria-label="${escapeHtml(description)}"`);
}

function withoutAria(attributes: string): string {
  return attributes.replace(/ (?:aria-[a-z]+|role|class|pointer-events)="[^"]*"/g, "");
}
