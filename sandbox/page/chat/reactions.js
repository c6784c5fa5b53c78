// The reactions under a message, and the picker that adds one.
import { el } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { openGrid } from "../parts/menu.js";
import { toast } from "../parts/toast.js";
import { emojiOrName, PICKED } from "../text/emoji.js";

const PICKER_COLUMNS = 6;

export function reactions(message, scene) {
  if (!message.reactions?.length) return null;
  return el("div", { class: "reactions" }, message.reactions.map((one) => pill(one, message, scene)),
    el("button", { type: "button", class: "reaction reaction-add", "aria-label": "Add reaction", "aria-haspopup": "menu",
      "aria-expanded": "false", on: { click: (event) => pick(event.currentTarget, message, scene) } }, icon("smile")));
}

function pill(one, message, scene) {
  const state = scene.workspace.state;
  const mine = one.users.includes(state.me);
  const who = one.users.map((id) => scene.workspace.names.user(id)?.name ?? id).join(", ");
  const shown = emojiOrName(one.name);
  return el("button", {
    type: "button", class: "reaction", "aria-pressed": String(mine), data: { keep: `reaction ${one.name}` },
    "aria-label": `${shown} ${one.name}, ${one.count}`, title: `${who} reacted with :${one.name}:`,
    on: { click: () => react(message, scene, one.name, mine) },
  }, el("span", { class: "reaction-sign" }, shown), el("span", {}, one.count));
}

/** Opens the emoji picker beside `anchor`. */
export function pick(anchor, message, scene) {
  openGrid(anchor, PICKED.map((name) => ({
    label: name, show: emojiOrName(name), choose: () => react(message, scene, name, reacted(message, scene, name)),
  })), PICKER_COLUMNS, "Reactions");
}

export function reacted(message, scene, name) {
  const found = message.reactions?.find((one) => one.name === name);
  return Boolean(found?.users.includes(scene.workspace.state.me));
}

/** Adds the reader's reaction, or takes it back. */
export async function react(message, scene, name, remove = false) {
  try {
    await scene.workspace.api.react({ channel: scene.channel, ts: message.ts, name, remove });
  } catch (error) {
    toast(error.message, "error");
  }
}
