import { expect, it } from "vitest";
import { missingPeer } from "../../src/base/missing-peer.js";

it("names the packages, the command that installs them, and why they could not be loaded", async () => {
  const cause = new Error("Cannot find package");
  const place = "renderSvg";
  const failed = Promise.reject(cause).catch(missingPeer(place, "vega@6 vega-lite@6.4"));
  const error = await failed.catch((e: unknown) => e as Error);
  expect(error.message).toBe(
    "renderSvg: vega and vega-lite must be installed (npm install vega@6 vega-lite@6.4); loading failed",
  );
  expect(error.cause).toBe(cause);
  expect(() => missingPeer(place, "@scope/name@2")(cause)).toThrow(
    "renderSvg: @scope/name must be installed (npm install @scope/name@2); loading failed",
  );
});
