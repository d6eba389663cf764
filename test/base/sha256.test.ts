import { afterEach, describe, expect, it, vi } from "vitest";
import { sha256 } from "../../src/base/sha256.js";

/** From `printf '%s' TEXT | sha256sum`, in hexadecimal. */
const known: readonly (readonly [text: string, digest: string])[] = [
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  ["naïve 🌍", "54d2b5786bb2b376d26a413bfbaa777903106609b4f15a2690c76ad92ab50dba"],
];

const texts = known.map(([text]) => text);
const digests = known.map(([, hex]) => Buffer.from(hex, "hex").toString("base64url"));

afterEach(() => {
  vi.restoreAllMocks();
});

describe("SHA-256", () => {
  it("of texts is that of their UTF-8 bytes, in base64url", async () => {
    expect(await sha256(texts)).toEqual(digests);
    expect(await sha256([])).toEqual([]);
  });

  it("is the same by WebCrypto, where there is no Node or an old one", async () => {
    const digest = vi.spyOn(crypto.subtle, "digest");
    vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined);
    expect(await sha256(texts)).toEqual(digests);
    expect(digest).toHaveBeenCalledTimes(texts.length);
  });
});
