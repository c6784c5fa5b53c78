// A list of messages that is brought up to date in place: unchanged rows stay, so focus, selection and opened cards stay.
// Holds the reader's place unless they are at the bottom; then it follows.
import { el } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { dayName } from "../text/time.js";
import { messageRow } from "./message.js";

const FOLLOWS_SECONDS = 300;
const BOTTOM_PX = 48;

export class MessageList {
  /** `label` names the list for the ear; `empty` is shown while there is nothing. */
  constructor(label, empty) {
    this.rows = new Map();
    this.inner = el("div", { class: "list-inner" });
    this.scroller = el("div", { class: "list", role: "group", "aria-label": label, tabindex: 0 }, this.inner);
    this.jump = el("button", { type: "button", class: "jump", hidden: true, on: { click: () => this.toBottom() } },
      icon("down"), "New messages");
    this.node = el("div", { class: "list-frame" }, this.scroller, this.jump);
    this.empty = empty;
    this.pinned = true;
    this.follow();
  }

  follow() {
    this.scroller.addEventListener("scroll", () => {
      this.pinned = this.atBottom();
      if (this.pinned) this.jump.hidden = true;
    });
    this.inner.addEventListener("click", (event) => {
      if (event.target.closest("summary, [aria-expanded]")) this.pinned = false;
    });
    this.scroller.addEventListener("keydown", (event) => this.walk(event));
    const watch = new ResizeObserver(() => { if (this.pinned) this.toBottom(); });
    watch.observe(this.inner);
    watch.observe(this.scroller);
  }

  atBottom() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < BOTTOM_PX;
  }

  toBottom() {
    this.pinned = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.jump.hidden = true;
  }

  /** Forgets every row: another channel or thread is shown next. */
  clear() {
    this.rows.clear();
    this.inner.replaceChildren();
    this.pinned = true;
    this.jump.hidden = true;
  }

  /** Shows these messages, oldest first. `unreadFrom` is the ts after which messages are new to the reader. */
  show(messages, scene, { unreadFrom = null, note = null } = {}) {
    this.pinned ||= this.atBottom();
    const items = messages.length ? itemsOf(messages, unreadFrom, note) : [{ key: "empty", fact: "", make: this.empty }];
    const wanted = new Set(items.map((item) => item.key));
    for (const [key, row] of this.rows) {
      if (!wanted.has(key)) {
        row.node.remove();
        this.rows.delete(key);
      }
    }
    let before = null;
    const added = items.filter((item) => !this.rows.has(item.key)).length;
    for (const item of items) before = this.place(item, before, scene);
    if (this.pinned) this.toBottom();
    else if (added > 0) this.jump.hidden = false;
  }

  place(item, before, scene) {
    const known = this.rows.get(item.key);
    let node = known?.node;
    if (!known || known.fact !== item.fact || known.follows !== item.follows) {
      node = item.make(scene);
      if (known) replaceKept(known.node, node);
      this.rows.set(item.key, { node, fact: item.fact, follows: item.follows });
    }
    const next = before ? before.nextSibling : this.inner.firstChild;
    if (node !== next) this.inner.insertBefore(node, next);
    return node;
  }

  /** Arrow keys go from message to message. */
  walk(event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    if (event.target !== this.scroller && !event.target.matches("article.message")) return;
    const all = [...this.inner.querySelectorAll("article.message")];
    const at = all.indexOf(event.target);
    const next = event.key === "ArrowDown" ? all[at + 1] : at < 0 ? all.at(-1) : all[at - 1];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }
}

/** Day lines, the line above what is new, notes, and the messages themselves. */
function itemsOf(messages, unreadFrom, note) {
  const items = [];
  let last = null;
  let marked = false;
  for (const message of messages) {
    const day = dayName(message.ts);
    const newDay = !last || dayName(last.ts) !== day;
    if (newDay && note === null) items.push(lineItem(`day ${day}`, "day-line", day));
    const isNew = !marked && unreadFrom && Number.parseFloat(message.ts) > Number.parseFloat(unreadFrom);
    if (isNew) {
      items.push(lineItem("new", "new-line", "New"));
      marked = true;
    }
    const alone = newDay || isNew || !last || last === messages[0] && note !== null;
    const follows = !alone && sameRun(last, message);
    items.push({ key: message.ts, fact: message, follows, make: (scene) => messageRow(message, scene, follows) });
    if (note !== null && message === messages[0]) items.push(lineItem("note", "note-line", note));
    last = message;
  }
  return items;
}

function lineItem(key, className, text) {
  return { key, fact: text, make: () => el("div", { class: className }, el("span", {}, text)) };
}

/** Short texts of one author in a row share one head; what an app laid out in blocks keeps its own. */
function sameRun(one, next) {
  const who = (message) => `${message.user ?? ""} ${message.bot_id ?? ""} ${message.username ?? ""} ${message.subtype ?? ""}`;
  const plain = (message) => !message.ephemeral && !message.attachments?.length
    && (message.blocks ?? []).every((block) => block.type === "rich_text");
  return who(one) === who(next) && plain(one) && plain(next)
    && Number.parseFloat(next.ts) - Number.parseFloat(one.ts) < FOLLOWS_SECONDS;
}

/** Puts the new row where the old one was, with the same cards open and the same control focused. */
function replaceKept(old, fresh) {
  for (const opened of old.querySelectorAll("details[open][data-keep]")) {
    const again = fresh.querySelector(`details[data-keep="${CSS.escape(opened.dataset.keep)}"]`);
    if (again) again.open = true;
  }
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const attribute = focused?.dataset.keep ? "keep" : focused?.dataset.action ? "action" : null;
  old.replaceWith(fresh);
  if (!focused) return;
  const again = attribute && fresh.querySelector(`[data-${attribute}="${CSS.escape(focused.dataset[attribute])}"]`);
  (again ?? fresh).focus({ preventScroll: true });
}
