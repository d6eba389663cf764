import { show } from "../../../base/show.js";

const openAIAddress = "https://api.openai.com/v1";

/** Where a server is, and what opens it. */
export interface Server {
  /** Without its query, which may hold a key. */
  readonly baseURL: string;
  readonly query: Readonly<Record<string, string>>;
  readonly hostname: string;
  /** `undefined` where it needs none. */
  readonly apiKey: string | undefined;
  /** A name and a password that stood in the address, as a header; browsers and Node take none in an address. */
  readonly authorization: string | undefined;
  readonly secrets: readonly string[];
  /** OpenAI's own, or the one that OPENAI_BASE_URL names: the environment's other OPENAI_* variables are meant for it. */
  readonly openAIs: boolean;
}

/**
 * Finds a server's address and its key. OPENAI_API_KEY goes to OpenAI's own host or to the one of OPENAI_BASE_URL and
 * nowhere else; other servers get EMBEDTUNE_API_KEY.
 *
 * @throws RangeError when the address is none, or would take a key or a password over plain http to another machine;
 *   when OpenAI's key is missing. No message shows a secret.
 */
export function resolveServer(
  options: { readonly apiKey?: string | undefined; readonly baseURL?: string | undefined },
  caller: string,
): Server {
  const named = environment("OPENAI_BASE_URL");
  const address = options.baseURL ?? named ?? openAIAddress;
  const url = parseAddress(address, caller);
  const openAI = url.hostname === "api.openai.com";
  const openAIs = openAI || (URL.canParse(named ?? "") && new URL(named ?? "").host === url.host);
  const apiKey = options.apiKey ?? environment(openAIs ? "OPENAI_API_KEY" : "EMBEDTUNE_API_KEY");
  if (openAI && apiKey === undefined) {
    throw new RangeError(
      `${caller}: apiKey or the environment variable OPENAI_API_KEY must be set, received neither`,
    );
  }
  const { username, password } = url;
  const login = username === "" && password === "" ? undefined : [username, password].map(decode);
  const secret = login !== undefined || (apiKey !== undefined && apiKey !== "none");
  if (secret && url.protocol === "http:" && !isLoopback(url)) {
    throw new RangeError(
      `${caller}: baseURL must begin with https:// where a key is sent (plain http is for this machine), received ${show(url.origin)}`,
    );
  }
  const query = Object.fromEntries(url.searchParams);
  const authorization =
    login && `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(login.join(":"))))}`;
  return {
    baseURL: bareAddress(url.href),
    query,
    hostname: url.hostname,
    apiKey,
    authorization,
    secrets: [
      apiKey,
      password,
      login?.[1],
      authorization?.slice(6),
      ...Object.values(query),
    ].filter((s) => s !== undefined),
    openAIs,
  };
}

/** An address without what may be secret in it: name, password, query. */
export function bareAddress(address: string): string {
  return address
    .replace(/[?#].*$/s, "")
    .replace(/^(\w+:\/\/)[^/]*@/, "$1")
    .replace(/\/+$/, "");
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @throws RangeError naming `baseURL`, never the secret in it. */
export function parseAddress(address: string, caller: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const place = `${caller}: baseURL`;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    const shown = String(address)
      .replace(/^.*@/s, "…@")
      .replace(/[?#].*$/s, "?…");
    throw new RangeError(
      `${place} must be an address like "${openAIAddress}", received ${show(shown)}`,
    );
  }
  return url;
}

/**
 * A function that takes secrets out of what is shown, in the forms too in which servers and proxies echo them: escaped for JSON,
 * an address or HTML, and as base64. What is shorter than 6 characters could be part of any word.
 */
export function redactor(secrets: readonly unknown[]): (text: string) => string {
  const keys = secrets.filter((s): s is string => typeof s === "string" && s.length >= 6);
  const forms = [...new Set(keys.flatMap(echoesOf))].sort((a, b) => b.length - a.length);
  if (forms.length === 0) return (text) => text;
  const any = new RegExp(forms.map((form) => form.replace(/[^\w]/g, "\\$&")).join("|"), "gi");
  return (text) => text.replace(any, "…");
}

function echoesOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const html = secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const quoted = html.replaceAll('"', "&quot;");
  const address = new URLSearchParams({ "": secret }).toString().slice(1);
  const base64 = btoa(String.fromCharCode(...new TextEncoder().encode(secret))).replace(/=+$/, "");
  return [
    ...[secret, json, JSON.stringify(json).slice(1, -1), html, quoted],
    quoted.replaceAll("/", "&#x2F;"),
    ...["&#39;", "&#x27;"].map((apostrophe) => quoted.replaceAll("'", apostrophe)),
    ...[address, address.replaceAll("+", "%20"), secret.replaceAll("/", "\\/")],
    ...[base64, base64.replaceAll("+", "-").replaceAll("/", "_")],
  ];
}

function isLoopback({ hostname }: URL): boolean {
  return /^(.*\.)?localhost$|^127\.[0-9.]+$|^\[::1\]$/.test(hostname);
}

/** An environment variable where there is an environment; an empty one counts as absent. */
function environment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  const value = process?.env?.[name]?.trim();
  return value === "" ? undefined : value;
}
