import { naturalText } from "./natural-text.js";
import type { PageText } from "./page-text.js";

/**
 * The title of a page in the simplified format, which has no field for it.
 *
 * The text begins "Colony ( Biology ) - wikipedia <H1>": tokenised, and with its capitals changed. The address keeps
 * the title as the original format's `document_title` has it ("Colony (biology)"), so it is taken from there when
 * both name the same thing; else from the text, without the site's name and with the tokenisation undone. The first
 * letter's case comes from the text: addresses always begin with a capital ("IPhone").
 */
export function pageTitle(page: PageText, url: string): string {
  const words = titleInText(page);
  const fromUrl = titleInUrl(url);
  const fromText = words.join("");
  if (fromUrl === "" || (fromText !== "" && letters(fromText) !== letters(fromUrl))) {
    return naturalText(words.join(" "));
  }
  const sameFirst = fromText.charAt(0).toLowerCase() === fromUrl.charAt(0).toLowerCase();
  return sameFirst ? fromText.charAt(0) + fromUrl.slice(1) : fromUrl;
}

const longestTitle = 100; // tokens

/** The tokens before the site's name; none where the page does not begin with a title. */
function titleInText(page: PageText): string[] {
  for (const most of [16, longestTitle]) {
    const head = page.head(most);
    const end = head.findIndex((token, i) => page.isTag(i, token));
    if (end < 0) continue;
    const dash = head.lastIndexOf("-", end - 1);
    return head.slice(0, dash > 0 ? dash : end);
  }
  return [];
}

function titleInUrl(url: string): string {
  const match = /[?&]title=([^&#]*)/.exec(url) ?? /\/wiki\/([^?#]+)/.exec(url);
  if (match === null) return "";
  try {
    return decodeURIComponent(match[1]).replaceAll("_", " ").trim();
  } catch {
    return ""; // a stray % in the address
  }
}

/** What is left when case, spaces and punctuation are set aside. */
function letters(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}
