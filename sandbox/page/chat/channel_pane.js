// The middle pane: one channel's messages with its composer, or the App Home.
import { el, fill } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { openMenu } from "../parts/menu.js";
import { toast } from "../parts/toast.js";
import { mrkdwn } from "../text/mrkdwn.js";
import { Composer } from "./composer.js";
import { workspaceSuggestions } from "./completion.js";
import { MessageList } from "./message_list.js";
import { statusText } from "./status_line.js";

export class ChannelPane {
  /** `go.thread(channel, ts)` opens a thread. */
  constructor(workspace, go) {
    Object.assign(this, { workspace, go, channel: null, lastRead: new Map(), unreadFrom: null });
    this.title = el("h1", { class: "pane-title" });
    this.topic = el("div", { class: "pane-topic" });
    this.head = el("header", { class: "pane-head" }, el("div", { class: "pane-words" }, this.title, this.topic),
      this.globalShortcuts());
    this.banner = el("div", { class: "banner", role: "status", hidden: true });
    this.list = new MessageList("Messages", () => this.emptyNote());
    this.status = el("div", { class: "status-line" });
    this.composer = new Composer("Composer", {
      suggest: workspaceSuggestions(workspace, { commands: true }),
      send: (text) => workspace.api.post({ channel: this.channel, text }),
    });
    this.node = el("div", { class: "pane-inside" }, this.head, this.banner, this.list.node,
      el("div", { class: "pane-foot" }, this.composer.node, this.status));
    workspace.on("messages", ({ channel }) => { if (channel === this.channel) this.draw(); });
    workspace.on("status", () => fill(this.status, statusText(workspace, this.channel, null)));
    workspace.on("bot", () => this.drawBanner());
    workspace.on("state", () => this.drawHead());
  }

  globalShortcuts() {
    const open = (event) => openMenu(event.currentTarget, this.workspace.state.shortcuts
      .filter((shortcut) => shortcut.type === "global")
      .map((shortcut) => ({ label: shortcut.name, icon: icon("bolt"), choose: () => this.run(shortcut) })));
    this.shortcuts = el("button", { type: "button", class: "icon-button", "aria-label": "Shortcuts", title: "Shortcuts",
      "aria-haspopup": "menu", "aria-expanded": "false", hidden: true, on: { click: open } }, icon("bolt"));
    return this.shortcuts;
  }

  async run(shortcut) {
    try {
      await this.workspace.api.shortcut({ callback_id: shortcut.callback_id, channel: this.channel });
    } catch (error) {
      toast(error.message, "error");
    }
  }

  /** Shows a channel; what came since it was last seen stands under a "New" line. */
  async open(channel) {
    if (channel === this.channel) return;
    this.leave();
    this.channel = channel;
    this.unreadFrom = this.lastRead.get(channel) ?? null;
    this.list.clear();
    this.drawHead();
    await this.read();
  }

  leave() {
    if (!this.channel) return;
    const newest = this.workspace.conversation(this.channel).topLevel().at(-1);
    if (newest) this.lastRead.set(this.channel, newest.ts);
    this.channel = null;
  }

  async read() {
    this.workspace.markRead(this.channel);
    await this.workspace.readChannel(this.channel);
  }

  drawHead() {
    const channel = this.workspace.channel(this.channel);
    if (!channel) return;
    fill(this.title, icon(channel.is_private ? "lock" : "hash"), channel.name);
    fill(this.topic, mrkdwn(channel.topic || "", this.workspace.names));
    this.list.scroller.setAttribute("aria-label", `Messages in #${channel.name}`);
    this.composer.placeholder = `Message #${channel.name}, or /incident …`;
    this.shortcuts.hidden = !this.workspace.state.shortcuts.some((shortcut) => shortcut.type === "global");
    this.drawBanner();
  }

  drawBanner() {
    const { bot } = this.workspace.state;
    this.banner.hidden = bot.connected;
    fill(this.banner, icon("warn"), `${bot.name} is not connected. It will answer as soon as it joins.`);
  }

  draw() {
    const scene = {
      workspace: this.workspace, channel: this.channel, inThread: false,
      openThread: (ts) => this.go.thread(this.channel, ts),
    };
    this.list.show(this.workspace.conversation(this.channel).topLevel(), scene, { unreadFrom: this.unreadFrom });
  }

  emptyNote() {
    const name = this.workspace.channel(this.channel)?.name ?? "";
    return el("div", { class: "empty" }, icon("hash"), el("h2", {}, `This is the beginning of #${name}`),
      el("p", {}, "Fire a scenario, or write something below."));
  }
}
