// The rich_text block: sections, lists, preformatted text, quotes, and what stands inside them.
import { el } from "../parts/dom.js";
import { broadcast, channelMention, link, userMention } from "../text/controls.js";
import { emojiOrName } from "../text/emoji.js";
import { hexColour } from "../text/safe_text.js";
import { fullTime, slackDate } from "../text/time.js";

export function richText(block, place) {
  return el("div", { class: "block rich-text", dir: "auto" }, richParts(block.elements ?? [], place.names));
}

/** The parts of one rich_text, without a wrapper; neighbouring lists nest by their indent. */
export function richParts(parts, names) {
  const out = [];
  const open = [];
  for (const part of parts) {
    if (part.type !== "rich_text_list") {
      open.length = 0;
      out.push(richPart(part, names));
      continue;
    }
    const indent = part.indent ?? 0;
    while (open.length && open.at(-1).indent >= indent) open.pop();
    const list = richList(part, names);
    const parent = open.at(-1)?.list.lastElementChild;
    if (parent) parent.append(list);
    else out.push(list);
    open.push({ indent, list });
  }
  return out;
}

function richList(part, names) {
  const ordered = part.style === "ordered";
  const start = ordered && part.offset ? part.offset + 1 : null;
  return el(ordered ? "ol" : "ul", { start, class: part.border ? "bordered" : null },
    (part.elements ?? []).map((item) => el("li", {}, inlineParts(item.elements ?? [], names))));
}

function richPart(part, names) {
  const inside = inlineParts(part.elements ?? [], names);
  switch (part.type) {
    case "rich_text_section": return el("div", { class: "lines" }, inside);
    case "rich_text_preformatted": return el("pre", { data: part.language ? { language: part.language } : {} }, inside);
    case "rich_text_quote": return el("blockquote", {}, inside);
    default: return el("pre", {}, JSON.stringify(part));
  }
}

function inlineParts(parts, names) {
  return parts.map((part) => styled(inlinePart(part, names), part.style ?? {}));
}

function inlinePart(part, names) {
  switch (part.type) {
    case "text": return part.text ?? "";
    case "link": return link(part.url ?? "", part.text) ?? part.text ?? part.url ?? "";
    case "emoji": return part.unicode ? fromCodePoints(part.unicode) : emojiOrName(part.name ?? "");
    case "user": return userMention(part.user_id ?? "", null, names);
    case "channel": return channelMention(part.channel_id ?? "", null, names);
    case "usergroup": return el("span", { class: "mention" }, `@${part.usergroup_id}`);
    case "broadcast": return broadcast(part.range);
    case "date": return el("time", { title: fullTime(part.timestamp) },
      slackDate(part.timestamp, part.format ?? "{date}") ?? part.fallback ?? "");
    case "color": return el("span", { class: "colour" },
      el("span", { class: "swatch", style: { background: hexColour(part.value) } }), part.value);
    default: return JSON.stringify(part);
  }
}

function fromCodePoints(unicode) {
  const points = unicode.split("-").map((point) => Number.parseInt(point, 16));
  return points.every((point) => point > 0 && point <= 0x10ffff) ? String.fromCodePoint(...points) : unicode;
}

const STYLES = { code: "code", strike: "s", italic: "em", bold: "strong", underline: "u" };

function styled(node, style) {
  return Object.entries(STYLES).reduce((inner, [name, tag]) => (style[name] ? el(tag, {}, inner) : inner), node);
}
