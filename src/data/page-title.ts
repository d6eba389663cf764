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
  const fromText = titleInText(page);
  const fromUrl = titleInUrl(url);
  if (fromUrl === "") return fromText;
  if (fromText === "") return fromUrl;
  if (letters(fromText) !== letters(fromUrl)) return fromText;
  return fromText[0].toLowerCase() === fromUrl[0].toLowerCase()
    ? fromText[0] + fromUrl.slice(1)
    : fromUrl;
}

const longestHead = 100; // tokens; a title longer than that is no title

function titleInText(page: PageText): string {
  const head: string[] = [];
  for (const [i, token] of page.slice(0, Math.min(longestHead, page.count)).entries()) {
    if (page.isTag(i, token)) break;
    head.push(token);
  }
  if (head.length === longestHead) return "";
  const dash = head.lastIndexOf("-");
  return naturalText((dash > 0 ? head.slice(0, dash) : head).join(" "));
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
