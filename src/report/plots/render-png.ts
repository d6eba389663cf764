import { checkNumber } from "../../base/checks.js";
import { missingPeer } from "../../base/missing-peer.js";
import { show } from "../../base/show.js";

export interface PngOptions {
  /** Pixels per unit of the SVG. @default 2 */
  readonly scale?: number | undefined;
  /** A CSS colour behind the plot. @default "#ffffff" */
  readonly background?: string | undefined;
}

/**
 * An SVG, such as {@link renderSvg} draws, as the bytes of a PNG file. Node only; needs the optional package
 * `@resvg/resvg-js`, and takes the fonts of the system.
 *
 * @throws RangeError when `scale` is not a number above 0 and at most 100.
 * @throws Error when the package is not installed or the text is no SVG.
 */
export async function renderPng(
  svg: string,
  { scale = 2, background = "#ffffff" }: PngOptions = {},
): Promise<Uint8Array> {
  checkNumber(scale, "renderPng: scale", { above: 0, most: 100 });
  const { Resvg } = await import("@resvg/resvg-js").catch(
    missingPeer("renderPng", "@resvg/resvg-js@2"),
  );
  try {
    const picture = new Resvg(svg, { background, fitTo: { mode: "zoom", value: scale } });
    return new Uint8Array(picture.render().asPng());
  } catch (cause) {
    throw new Error(`renderPng: svg must be an SVG that can be drawn, received ${show(svg)}`, {
      cause,
    });
  }
}
