// Files attached to a message: images are shown, everything else is a card with a link.
import { el } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { localImage, safeUrl } from "../text/safe_text.js";
import { picture } from "./text_object.js";

const UNITS = ["bytes", "kB", "MB", "GB"];

/** 1536 -> "1.5 kB". */
function fileSize(bytes) {
  const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  const value = bytes / 1000 ** step;
  return `${step && value < 10 ? value.toFixed(1) : Math.round(value)} ${UNITS[step]}`;
}

/** "MD" from the file's type or name. */
function extension(entry) {
  return (entry.filetype ?? /\.(\w{1,8})$/.exec(entry.name ?? "")?.[1] ?? "file").toUpperCase();
}

export function file(entry) {
  const address = entry.url_private ?? entry.permalink ?? "";
  const name = entry.title || entry.name || entry.id;
  if (entry.mimetype?.startsWith("image/") && localImage(address)) {
    return el("figure", { class: "image" }, el("figcaption", {}, name), picture(address, name));
  }
  const kind = [entry.pretty_type ?? extension(entry), entry.size && fileSize(entry.size)];
  const href = safeUrl(new URL(address || "about:blank", location.href).href);
  const inner = [icon("file"), el("span", { class: "file-words" }, el("span", { class: "file-name" }, name),
    el("span", { class: "file-kind" }, kind.filter(Boolean).join(" · ")))];
  return el("div", { class: "file" },
    href ? el("a", { class: "file-card", href, target: "_blank", rel: "noopener noreferrer" }, inner)
      : el("div", { class: "file-card" }, inner),
    entry.preview && el("pre", {}, entry.preview));
}

/** The file block of a remote file: the file itself arrives in the message's `files`. */
export function fileBlock(block) {
  return el("div", { class: "block context" }, `File ${block.external_id ?? ""}`);
}
