// Elements that are pressed: buttons with their styles, links and confirm questions, overflow menus, feedback.
import { el } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { openMenu } from "../parts/menu.js";
import { confirmFirst } from "../parts/confirm.js";
import { safeUrl } from "../text/safe_text.js";
import { emojiOrName } from "../text/emoji.js";
import { words } from "./text_object.js";

/** Asks the element's own confirm question, then sends; the control is busy until Slack's side answered. */
export async function send(control, one, place, blockId, state = {}) {
  if (one.confirm && !(await confirmFirst(one.confirm, place.names))) return false;
  control.setAttribute("aria-busy", "true");
  try {
    return await place.act(one, blockId, state);
  } finally {
    control.removeAttribute("aria-busy");
  }
}

/** A button block element; with a url it is a link that also tells the app it was clicked. */
export function button(one, place, blockId) {
  const label = words(one.text);
  const style = ["primary", "danger"].includes(one.style) ? ` button-${one.style}` : "";
  const state = one.value === undefined ? {} : { value: one.value };
  const click = (event) => send(event.currentTarget, one, place, blockId, state);
  const href = one.url && safeUrl(one.url);
  const attributes = {
    class: `button${style}`, data: { action: one.action_id ?? "" }, on: { click },
    "aria-label": one.accessibility_label ?? null,
  };
  if (href) return el("a", { ...attributes, href, target: "_blank", rel: "noopener noreferrer" }, label);
  return el("button", { ...attributes, type: "button" }, label);
}

export function overflow(one, place, blockId) {
  const choose = (control, option) => {
    const href = option.url && safeUrl(option.url);
    if (href) window.open(href, "_blank", "noopener,noreferrer");
    send(control, one, place, blockId, { selected_option: option });
  };
  const open = (event) => {
    const control = event.currentTarget;
    openMenu(control, one.options.map((option) => ({
      label: words(option.text), note: words(option.description), choose: () => choose(control, option),
    })));
  };
  const attributes = { type: "button", class: "button button-icon", "aria-haspopup": "menu", "aria-expanded": "false" };
  return el("button", { ...attributes, "aria-label": "More choices", data: { action: one.action_id ?? "" },
    on: { click: open } }, icon("more"));
}

export function feedbackButtons(one, place, blockId) {
  const half = (choice, sign) => choice && el("button", {
    type: "button", class: "button button-icon", "aria-label": choice.accessibility_label ?? words(choice.text),
    title: words(choice.text), on: { click: (event) => send(event.currentTarget, one, place, blockId, { value: choice.value }) },
  }, emojiOrName(sign));
  return el("span", { class: "pair" }, half(one.positive_button, "+1"), half(one.negative_button, "-1"));
}

const ICONS = { trash: "close" };

export function iconButton(one, place, blockId) {
  const state = one.value === undefined ? {} : { value: one.value };
  return el("button", {
    type: "button", class: "button button-icon", "aria-label": one.accessibility_label ?? words(one.text),
    title: words(one.text), on: { click: (event) => send(event.currentTarget, one, place, blockId, state) },
  }, icon(ICONS[one.icon] ?? "bolt"));
}
