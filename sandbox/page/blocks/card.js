// Alert, card, carousel and container blocks.
import { el } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { element } from "./element.js";
import { richParts } from "./rich_text.js";
import { picture, textObject } from "./text_object.js";

const LEVELS = { default: "info", info: "info", warning: "warn", error: "warn", success: "check" };

export function alertBlock(block, place) {
  const level = Object.hasOwn(LEVELS, block.level) ? block.level : "default";
  return el("div", { class: `block alert alert-${level}`, role: "note" }, icon(LEVELS[level]),
    el("div", { class: "mrkdwn", dir: "auto" }, textObject(block.text, place.names)));
}

export function card(block, place) {
  const buttons = (block.actions ?? []).map((action) => element(action, place, block.block_id));
  return el("div", { class: "block card" },
    block.hero_image && picture(block.hero_image.image_url, block.hero_image.alt_text),
    heading(block, place),
    block.body && el("div", { class: "mrkdwn", dir: "auto" }, textObject(block.body, place.names)),
    buttons.length > 0 && el("div", { class: "actions" }, buttons));
}

function heading(block, place) {
  return el("div", { class: "card-head" },
    block.icon && el("span", { class: "context-image" }, picture(block.icon.image_url, block.icon.alt_text)),
    el("div", {},
      block.rich_text_title && el("div", { class: "card-title" }, richParts(block.rich_text_title.elements, place.names)),
      block.title && !block.rich_text_title
        && el("div", { class: "card-title mrkdwn" }, textObject(block.title, place.names)),
      block.subtitle && el("div", { class: "card-subtitle mrkdwn" }, textObject(block.subtitle, place.names))));
}

export function carousel(block, place) {
  return el("div", { class: "block carousel", role: "group", "aria-label": "Cards", tabindex: 0 },
    (block.elements ?? []).map((one) => card(one, place)));
}

/** A container of other blocks; `drawBlocks` is given because this file must not import its own dispatcher. */
export function container(block, place, drawBlocks) {
  const inside = el("div", { class: "container-body" }, drawBlocks(block.child_blocks ?? [], place));
  if (!block.is_collapsible) return el("div", { class: "block card" }, heading(block, place), inside);
  const open = !block.default_collapsed;
  return el("details", { class: "block card", open, data: { keep: "container" } },
    el("summary", {}, heading(block, place), el("span", { class: "chevron" }, icon("chevron"))), inside);
}
