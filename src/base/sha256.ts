/** The SHA-256 of each text's UTF-8 bytes, in base64url. The same in every runtime. */
export async function sha256(texts: readonly string[]): Promise<string[]> {
  // Node's one-shot hash takes about a microsecond, WebCrypto's promise fifty; the core must not import node:crypto.
  const node = nodeCrypto();
  if (node !== undefined) return texts.map((text) => node.hash("sha256", text, "base64url"));
  const encoder = new TextEncoder();
  const result: string[] = [];
  for (const text of texts) {
    const digest = await crypto.subtle.digest("SHA-256", encoder.encode(text));
    result.push(base64url(new Uint8Array(digest)));
  }
  return result;
}

interface NodeCrypto {
  hash?(algorithm: "sha256", data: string, encoding: "base64url"): string;
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
