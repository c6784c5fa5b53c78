// One message as a row: author, time, text, blocks, attachments, files, reactions, the line that leads to its thread.
import { avatar } from "../parts/avatar.js";
import { el } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { mrkdwn, plainWords } from "../text/mrkdwn.js";
import { clock, fullTime, lastReply } from "../text/time.js";
import { blocks } from "../blocks/block.js";
import { messagePlace } from "../blocks/place.js";
import { file } from "../blocks/file.js";
import { authorOf, authorOfId } from "../workspace/author.js";
import { attachment } from "./attachment.js";
import { foldLong } from "./fold.js";
import { reactions } from "./reactions.js";
import { toolbar } from "./toolbar.js";

const SYSTEM = new Set(["channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name"]);

/** The row. `scene` is {workspace, channel, inThread, openThread(ts)}; `follows` means the same author wrote just before. */
export function messageRow(message, scene, follows) {
  const author = authorOf(message, scene.workspace.state);
  const classes = ["message", follows && "message-follows", message.ephemeral && "message-ephemeral",
    SYSTEM.has(message.subtype) && "message-system"].filter(Boolean).join(" ");
  const row = el("article", { class: classes, tabindex: -1, data: { ts: message.ts },
    "aria-label": `${author.name}, ${clock(message.ts)}` },
  el("div", { class: "message-side" }, follows ? time(message) : avatar(author)),
  el("div", { class: "message-main" },
    message.ephemeral && onlyYou(message, scene),
    !follows && head(message, author),
    body(message, scene),
    reactions(message, scene),
    !scene.inThread && replies(message, scene)));
  if (!message.ephemeral) offerToolbar(row, message, scene);
  return row;
}

function onlyYou(message, scene) {
  const dismiss = () => scene.workspace.dismiss(scene.channel, message.ts);
  return el("div", { class: "only-you" }, icon("eye"), "Only visible to you",
    el("button", { type: "button", class: "link-button", on: { click: dismiss } }, "Dismiss"));
}

function head(message, author) {
  return el("div", { class: "message-head" }, el("span", { class: "author" }, author.name),
    author.bot && el("span", { class: "badge" }, "APP"), time(message), message.blocks?.length > 0 && edited(message));
}

/** Slack's mark, after the text; where blocks stand instead of text it is beside the time. */
function edited(message) {
  return message.edited ? el("span", { class: "edited", title: fullTime(message.edited.ts) }, "(edited)") : null;
}

function time(message) {
  return el("time", { class: "time", title: fullTime(message.ts) }, clock(message.ts));
}

/** What the message says. As in Slack, blocks stand instead of the text, attachments after it. */
function body(message, scene) {
  const place = messagePlace(scene.workspace, scene.channel, message, scene.inThread ? 3 : 2);
  const text = !message.blocks?.length && message.text
    && el("div", { class: "mrkdwn", dir: "auto" }, mrkdwn(message.text, scene.workspace.names), edited(message));
  const content = el("div", { class: "message-body" }, text,
    message.blocks?.length > 0 && blocks(message.blocks, place),
    (message.attachments ?? []).map((one) => attachment(one, place)),
    (message.files ?? []).map((one) => file(one)));
  return foldLong(content, message);
}

/** "4 replies · last reply today at 20:44", which opens the thread. */
function replies(message, scene) {
  if (!message.reply_count) return null;
  const count = message.reply_count;
  const faces = (message.reply_users ?? []).slice(0, 4).map((id) => avatar(authorOfId(id, scene.workspace.state), "small"));
  return el("button", { type: "button", class: "replies", on: { click: () => scene.openThread(message.ts) } },
    el("span", { class: "faces" }, faces), el("span", { class: "reply-count" }, count === 1 ? "1 reply" : `${count} replies`),
    message.latest_reply && el("span", { class: "reply-last" }, `Last reply ${lastReply(message.latest_reply)}`),
    icon("chevron"));
}

/** The toolbar exists only while the row is pointed at, touched, or holds the keyboard's focus. */
function offerToolbar(row, message, scene) {
  let bar = null;
  const show = () => {
    if (!bar) row.append(bar = toolbar(message, scene));
  };
  const hide = () => {
    if (!bar || row.matches(":hover") || row.querySelector(":focus-visible") || row.matches(":focus")) return;
    if (bar.querySelector("[aria-expanded='true']")) return;
    bar.remove();
    bar = null;
  };
  row.addEventListener("pointerenter", (event) => { if (event.pointerType !== "touch") show(); });
  row.addEventListener("pointerup", (event) => { if (event.pointerType === "touch") show(); });
  row.addEventListener("focusin", (event) => { if (event.target.matches(":focus-visible")) show(); });
  row.addEventListener("pointerleave", hide);
  row.addEventListener("focusout", () => setTimeout(hide));
}

/** A message in one line of words, for the ear. */
export function spoken(message, state) {
  const attached = message.attachments?.[0];
  const words = message.text || attached?.title || attached?.fallback || attached?.text || "a message";
  return `${authorOf(message, state).name}: ${plainWords(words).slice(0, 240)}`;
}
