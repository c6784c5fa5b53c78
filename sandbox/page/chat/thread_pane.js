// The pane beside the channel: one thread, its replies, and a composer of its own.
import { el, fill } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { Composer } from "./composer.js";
import { workspaceSuggestions } from "./completion.js";
import { MessageList } from "./message_list.js";
import { statusText } from "./status_line.js";

export class ThreadPane {
  /** `close` leaves the thread. */
  constructor(workspace, close) {
    Object.assign(this, { workspace, channel: null, root: null });
    this.where = el("span", { class: "pane-where" });
    const shut = el("button", { type: "button", class: "icon-button", "aria-label": "Close", title: "Close (Esc)",
      on: { click: close } }, icon("close"));
    const back = el("button", { type: "button", class: "icon-button only-phone", "aria-label": "Back",
      on: { click: close } }, icon("back"));
    this.head = el("header", { class: "pane-head" }, back,
      el("div", { class: "pane-words" }, el("h2", { class: "pane-title" }, "Thread", this.where)), shut);
    this.list = new MessageList("Messages of this conversation", () => el("div", { class: "empty" }, "Loading…"));
    this.status = el("div", { class: "status-line" });
    this.composer = new Composer("Reply", {
      suggest: workspaceSuggestions(workspace, { commands: false }),
      send: (text) => workspace.api.post({ channel: this.channel, text, thread_ts: this.root }),
    });
    this.composer.placeholder = "Reply…";
    this.inside = el("div", { class: "pane-inside" }, this.head, this.list.node,
      el("div", { class: "pane-foot" }, this.composer.node, this.status));
    this.node = el("div", { class: "pane-holder" });
    workspace.on("messages", ({ channel }) => { if (channel === this.channel) this.draw(); });
    workspace.on("status", () => fill(this.status, statusText(workspace, this.channel, this.root)));
    this.close();
  }

  async open(channel, root) {
    if (channel === this.channel && root === this.root) return;
    Object.assign(this, { channel, root });
    fill(this.where, `#${this.workspace.channel(channel)?.name ?? channel}`);
    this.list.clear();
    fill(this.node, this.inside);
    await this.read();
  }

  async read() {
    if (this.root) await this.workspace.readThread(this.channel, this.root);
  }

  close() {
    Object.assign(this, { channel: null, root: null });
    fill(this.node, el("div", { class: "empty empty-thread" }, icon("reply"),
      el("h2", {}, "No thread is open"),
      el("p", {}, "An investigation runs in the thread of its alert. Open one from the replies under a message.")));
  }

  draw() {
    if (!this.root) return;
    const messages = this.workspace.conversation(this.channel).thread(this.root);
    const replies = Math.max(messages.length - 1, 0);
    const note = replies === 0 ? "No replies yet" : replies === 1 ? "1 reply" : `${replies} replies`;
    const scene = { workspace: this.workspace, channel: this.channel, inThread: true, openThread: () => {} };
    this.list.show(messages, scene, { note });
  }
}
