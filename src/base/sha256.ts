import { isWellFormed } from "./text/surrogates.js";

/**
 * The SHA-256 of each text's UTF-8 bytes, in base64url. The same in every runtime. UTF-8 has no lone surrogates; a text with
 * one goes by its UTF-16 units, so that no two texts have one hash.
 */
export async function sha256(texts: readonly string[]): Promise<string[]> {
  // Node's one-shot hash takes about a microsecond, WebCrypto's promise fifty; the core must not import node:crypto.
  const node = nodeCrypto();
  if (node !== undefined)
    return texts.map((text) =>
      node.hash("sha256", isWellFormed(text) ? text : bytesOf(text), "base64url"),
    );
  const encoder = new TextEncoder();
  const result: string[] = [];
  for (const text of texts) {
    const digest = await crypto.subtle.digest(
      "SHA-256",
      isWellFormed(text) ? encoder.encode(text) : bytesOf(text),
    );
    result.push(base64url(new Uint8Array(digest)));
  }
  return result;
}

/** The text's units, little-endian, behind a byte that no UTF-8 has. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: 1 + 2 * text.length }, (_, i) =>
    i === 0 ? 0xff : text.charCodeAt((i - 1) >> 1) >> (i % 2 === 1 ? 0 : 8),
  );
}

interface NodeCrypto {
  hash?(algorithm: "sha256", data: string | Uint8Array, encoding: "base64url"): string;
}

function nodeCrypto(): Required<NodeCrypto> | undefined {
  const { process } = globalThis as {
    process?: { getBuiltinModule?: (name: string) => NodeCrypto | undefined };
  };
  const module = process?.getBuiltinModule?.("node:crypto");
  return module?.hash === undefined ? undefined : (module as Required<NodeCrypto>);
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
