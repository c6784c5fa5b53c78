// The actions of one message: quick reactions, the picker, reply, and the menu with the app's message shortcuts.
import { openDialog } from "../parts/dialog.js";
import { el } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { openMenu } from "../parts/menu.js";
import { toast } from "../parts/toast.js";
import { emojiOrName } from "../text/emoji.js";
import { pick, react, reacted } from "./reactions.js";

const QUICK = ["white_check_mark", "x", "checkered_flag"];

export function toolbar(message, scene) {
  const quick = QUICK.map((name) => tool(name, emojiOrName(name),
    () => react(message, scene, name, reacted(message, scene, name))));
  const menu = { "aria-haspopup": "menu", "aria-expanded": "false" };
  return el("div", { class: "toolbar", role: "group", "aria-label": "Message actions" }, quick,
    tool("Add reaction", icon("smile"), (event) => pick(event.currentTarget, message, scene), menu),
    !scene.inThread && tool("Reply", icon("reply"), () => scene.openThread(message.thread_ts ?? message.ts)),
    tool("More actions", icon("more"), (event) => more(event.currentTarget, message, scene), menu));
}

function tool(label, shown, click, attributes = {}) {
  return el("button", { type: "button", class: "tool", "aria-label": label, title: label, on: { click }, ...attributes },
    shown);
}

function more(anchor, message, scene) {
  const shortcuts = scene.workspace.state.shortcuts.filter((shortcut) => shortcut.type === "message");
  openMenu(anchor, [
    ...shortcuts.map((shortcut) => ({
      label: shortcut.name, note: scene.workspace.state.bot.name, icon: icon("bolt"),
      choose: () => runShortcut(shortcut, message, scene),
    })),
    { label: "Copy text", icon: icon("copy"), choose: () => copy(message) },
    { label: "Show as JSON", note: "what Slack would send", icon: icon("code"), choose: () => showJson(message) },
  ]);
}

async function runShortcut(shortcut, message, scene) {
  try {
    await scene.workspace.api.shortcut({ callback_id: shortcut.callback_id, channel: scene.channel, ts: message.ts });
  } catch (error) {
    toast(error.message, "error");
  }
}

async function copy(message) {
  try {
    await navigator.clipboard.writeText(message.text ?? "");
    toast("Copied");
  } catch {
    toast("The browser did not allow copying", "error");
  }
}

function showJson(message) {
  openDialog({
    title: "Message as JSON", wide: true,
    content: el("pre", { class: "json", tabindex: 0 }, JSON.stringify(message, null, 2)),
  });
}
