import type * as Resvg from "@resvg/resvg-js";

export interface PngOptions {
  /** Pixels per unit of the SVG. @default 2 */
  readonly scale?: number | undefined;
  /** A CSS colour behind the plot. @default "#ffffff" */
  readonly background?: string | undefined;
}

/**
 * An SVG, such as {@link renderSvg} draws, as the bytes of a PNG file. Node only; needs the optional package
 * `@resvg/resvg-js`, and takes its letters from the fonts of the system.
 *
 * @throws RangeError when `scale` is not a number above 0 that leaves at least one pixel.
 * @throws Error when the package is not installed or the text is no SVG.
 */
export async function renderPng(
  svg: string,
  { scale = 2, background = "#ffffff" }: PngOptions = {},
): Promise<Uint8Array> {
  if (!(scale > 0 && scale <= 100)) {
    throw new RangeError(`report: scale must be above 0 and at most 100, received ${scale}`);
  }
  const { Resvg } = await loadResvg();
  try {
    const picture = new Resvg(svg, { background, fitTo: { mode: "zoom", value: scale } });
    return new Uint8Array(picture.render().asPng());
  } catch (cause) {
    throw new Error(
      `report: not an SVG that can be drawn, it starts ${JSON.stringify(svg.slice(0, 40))}`,
      {
        cause,
      },
    );
  }
}

async function loadResvg(): Promise<typeof Resvg> {
  try {
    return await import("@resvg/resvg-js");
  } catch (cause) {
    throw new Error("report: PNG needs the package @resvg/resvg-js: npm i @resvg/resvg-js", {
      cause,
    });
  }
}
