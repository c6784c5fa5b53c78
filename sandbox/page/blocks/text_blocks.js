// The blocks that mostly carry words: section, header, divider, context, image, markdown.
import { el } from "../parts/dom.js";
import { markdown } from "../text/markdown.js";
import { element } from "./element.js";
import { picture, textObject, words } from "./text_object.js";

export function section(block, place) {
  const body = el("div", { class: "section-body" },
    block.text && el("div", { class: "mrkdwn", dir: "auto" }, textObject(block.text, place.names)),
    block.fields?.length && fields(block.fields, place.names));
  if (!block.accessory) return el("div", { class: "block section" }, body);
  const aside = block.accessory.type === "image"
    ? el("div", { class: "section-thumb" }, picture(block.accessory.image_url, block.accessory.alt_text))
    : el("div", { class: "section-accessory" }, element(block.accessory, place, block.block_id));
  return el("div", { class: "block section section-split" }, body, aside);
}

function fields(list, names) {
  return el("div", { class: "fields" },
    list.map((field) => el("div", { class: "mrkdwn", dir: "auto" }, textObject(field, names))));
}

export function header(block, place) {
  return el("div", { class: "block block-header", role: "heading", "aria-level": place.level, dir: "auto" },
    words(block.text));
}

export function divider() {
  return el("hr", { class: "block divider" });
}

export function context(block, place) {
  const parts = block.elements.map((part) => part.type === "image"
    ? el("span", { class: "context-image" }, picture(part.image_url, part.alt_text))
    : el("div", { class: "mrkdwn", dir: "auto" }, textObject(part, place.names)));
  return el("div", { class: "block context" }, parts);
}

export function markdownBlock(block, place) {
  return el("div", { class: "block markdown", dir: "auto" }, markdown(block.text ?? "", place.names, { level: place.level }));
}

/** Where a file of the workspace is served, told by its id or its address. */
function fileAddress(file) {
  return file?.id ? `/files/${encodeURIComponent(file.id)}/picture` : file?.url;
}

export function image(block, place) {
  return el("figure", { class: "block image" },
    block.title && el("figcaption", {}, textObject(block.title, place.names)),
    picture(block.image_url ?? fileAddress(block.slack_file), block.alt_text));
}
