// Text objects (mrkdwn and plain_text) and images, which every block is made of.
import { el } from "../parts/dom.js";
import { link } from "../text/controls.js";
import { withEmoji } from "../text/emoji.js";
import { mrkdwn } from "../text/mrkdwn.js";
import { localImage, safeUrl } from "../text/safe_text.js";

/** A text object (mrkdwn or plain_text), or a bare string taken as plain. */
export function textObject(text, names) {
  if (typeof text === "string") return withEmoji(text);
  if (text?.type === "mrkdwn") return mrkdwn(text.text ?? "", names);
  const words = text?.text ?? "";
  return text?.emoji === false ? words : withEmoji(words);
}

/** The words of a text object for an accessible name. */
export function words(text) {
  return withEmoji(typeof text === "string" ? text : text?.text ?? "");
}

/** An image of ours; one from elsewhere is named and linked, because the sandbox stays offline. */
export function picture(address, alt) {
  const src = localImage(address ?? "");
  if (src) return el("img", { src, alt: alt ?? "", loading: "lazy" });
  const shown = safeUrl(address ?? "") ? link(address, alt || "image") : alt || "image";
  return el("span", { class: "image-elsewhere", title: "Not loaded: the sandbox stays offline" }, "🖼 ", shown);
}
