// Secondary attachments, as alert senders use them: colour bar, author, title, text, fields, blocks, footer.
import { el } from "../parts/dom.js";
import { link } from "../text/controls.js";
import { withEmoji } from "../text/emoji.js";
import { mrkdwn } from "../text/mrkdwn.js";
import { hexColour, unescape } from "../text/safe_text.js";
import { clock, fullTime } from "../text/time.js";
import { blocks } from "../blocks/block.js";
import { button } from "../blocks/buttons.js";
import { picture } from "../blocks/text_object.js";

const NAMED = { good: "#2eb886", warning: "#daa038", danger: "#a30200" };
const INHERITED = "var(--line-strong)";

export function attachment(one, place) {
  const colour = NAMED[one.color] ?? hexColour(one.color);
  const text = (value) => value && el("div", { class: "mrkdwn", dir: "auto" }, mrkdwn(value, place.names));
  return el("div", { class: "attachment-wrap" }, text(one.pretext),
    el("div", { class: "attachment", style: { "--bar": colour === "transparent" ? INHERITED : colour } },
      el("div", { class: "attachment-main" },
        one.author_name && el("div", { class: "attachment-author" }, titled(one.author_name, one.author_link)),
        one.title && el("div", { class: "attachment-title" }, titled(one.title, one.title_link)),
        text(one.text), one.blocks && blocks(one.blocks, place), !hasContent(one) && text(one.fallback),
        one.fields?.length > 0 && fields(one.fields, place),
        one.image_url && picture(one.image_url, one.title ?? "image"),
        one.actions?.length > 0 && legacyActions(one, place), footer(one)),
      one.thumb_url && el("div", { class: "section-thumb" }, picture(one.thumb_url, ""))));
}

function titled(text, address) {
  const shown = withEmoji(unescape(text));
  return (address && link(unescape(address), null, shown)) || shown;
}

function hasContent(one) {
  return Boolean(one.text || one.title || one.blocks || one.fields?.length || one.image_url);
}

function fields(list, place) {
  return el("dl", { class: "attachment-fields" }, list.map((field) =>
    el("div", { class: field.short ? "" : "wide" }, el("dt", {}, withEmoji(unescape(String(field.title ?? "")))),
      el("dd", { class: "mrkdwn", dir: "auto" }, mrkdwn(String(field.value ?? ""), place.names)))));
}

/** Old attachment buttons: links still lead somewhere, the rest is sent as a block action would be. */
function legacyActions(one, place) {
  return el("div", { class: "actions" }, one.actions.map((action) => button({
    ...action, type: "button", action_id: action.name ?? action.id, text: { type: "plain_text", text: action.text ?? "" },
  }, place, one.callback_id ?? "")));
}

function footer(one) {
  if (!one.footer && !one.ts) return null;
  return el("div", { class: "attachment-footer" }, one.footer && withEmoji(unescape(one.footer)),
    one.ts && el("time", { title: fullTime(one.ts) }, clock(one.ts)));
}
