// Puts the page together: the workspace, its panes, the address, the keyboard. Knows every part and no detail of any.
import { announce } from "./parts/announcer.js";
import { el, fill } from "./parts/dom.js";
import { menuOpen } from "./parts/menu.js";
import { applyTheme } from "./parts/theme.js";
import { toast } from "./parts/toast.js";
import { ChannelPane } from "./chat/channel_pane.js";
import { spoken } from "./chat/message.js";
import { ThreadPane } from "./chat/thread_pane.js";
import { HomePane } from "./workspace/home_pane.js";
import { Modals } from "./workspace/modal_view.js";
import { go, whereNow } from "./workspace/route.js";
import { Scenarios } from "./workspace/scenarios.js";
import { Sidebar } from "./workspace/sidebar.js";
import { Tabs } from "./workspace/tabs.js";
import { Workspace } from "./workspace/workspace.js";

const WIDE = matchMedia("(min-width: 1100px)");
const KEYBOARD = matchMedia("(hover: hover) and (min-width: 761px)");

class Page {
  constructor() {
    this.workspace = new Workspace();
    this.main = document.getElementById("main");
    this.sidebar = new Sidebar(document.getElementById("channels"), this.workspace);
    this.scenarios = new Scenarios(document.getElementById("scenarios"), this.workspace);
    this.tabs = new Tabs(document.getElementById("tabs"), this.workspace);
    this.channel = new ChannelPane(this.workspace, { thread: (channel, ts) => this.openThread(channel, ts) });
    this.thread = new ThreadPane(this.workspace, () => this.closeThread());
    this.home = new HomePane(this.workspace);
    this.modals = new Modals(this.workspace);
    document.getElementById("thread").append(this.thread.node);
    this.listen();
  }

  listen() {
    addEventListener("hashchange", () => this.follow());
    document.addEventListener("keydown", (event) => this.key(event));
    this.workspace.on("arrived", (news) => this.arrived(news));
    this.workspace.on("fired", () => { this.awaitingThread = WIDE.matches && !this.thread.root; });
    this.workspace.on("link", ({ up }) => { if (up) this.refresh(); });
  }

  async start() {
    try {
      await this.workspace.start();
    } catch (error) {
      fill(this.main, el("div", { class: "empty" }, el("h1", {}, "The sandbox does not answer"), el("p", {}, error.message)));
      return;
    }
    await this.follow();
  }

  /** Shows what the address names. */
  async follow() {
    const { home, channel, thread } = whereNow();
    const { channels } = this.workspace.state;
    const id = this.workspace.channel(channel)?.id ?? channels[0]?.id;
    if (home) return this.showHome();
    this.home.open = false;
    document.body.dataset.view = "channel";
    if (!this.main.contains(this.channel.node)) fill(this.main, this.channel.node);
    this.sidebar.select(id);
    const opened = this.showThread(id, thread);
    await this.attempt(() => Promise.all([this.channel.open(id), opened]));
    this.entitle(`#${this.workspace.channel(id).name}`);
    return undefined;
  }

  /** A person opened a thread: where there is a keyboard, it goes to the reply. */
  openThread(channel, ts) {
    this.replyNext = KEYBOARD.matches;
    if (this.thread.root === ts) this.thread.composer.focus();
    else go.thread(channel, ts);
  }

  async showThread(channel, thread) {
    document.body.dataset.thread = thread ? "open" : "closed";
    if (!thread) {
      this.thread.close();
      this.tabs.show("channel");
      return;
    }
    this.awaitingThread = false;
    this.tabs.show("thread");
    const opened = this.thread.open(channel, thread);
    if (this.replyNext) this.thread.composer.focus();
    this.replyNext = false;
    await opened;
  }

  async showHome() {
    this.channel.leave();
    this.thread.close();
    document.body.dataset.thread = "closed";
    document.body.dataset.view = "home";
    fill(this.main, this.home.node);
    this.sidebar.select("home");
    this.tabs.show("channel");
    this.entitle(this.workspace.state.bot.name);
    await this.home.show();
  }

  entitle(what) {
    document.title = `${what} | ${this.workspace.state.team.name ?? "Sandbox"} | IncidentOS`;
  }

  closeThread() {
    if (this.channel.channel) go.channel(this.channel.channel);
  }

  /** After a lost connection: what is open is read again. */
  refresh() {
    if (this.channel.channel) this.attempt(() => this.channel.read());
    this.attempt(() => this.thread.read());
  }

  async attempt(work) {
    try {
      await work();
    } catch (error) {
      toast(error.message, "error");
    }
  }

  arrived({ channel, message }) {
    if (channel !== this.channel.channel) return;
    if (!message.thread_ts || message.thread_ts === this.thread.root) announce(spoken(message, this.workspace.state));
    if (document.visibilityState === "visible") this.workspace.markRead(channel);
    if (this.awaitingThread && message.thread_ts && message.user !== this.workspace.state.me) go.thread(channel, message.thread_ts);
  }

  key(event) {
    if (event.key === "Escape" && !menuOpen() && !document.querySelector("dialog[open]") && this.thread.root) {
      event.preventDefault();
      this.closeThread();
      this.channel.composer.focus();
    }
    if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      this.step(event.key === "ArrowDown" ? 1 : -1);
    }
  }

  /** Alt+arrows: the channel above or below, as in Slack. */
  step(by) {
    const ids = this.workspace.state.channels.map((channel) => channel.id);
    const at = ids.indexOf(this.channel.channel);
    go.channel(ids[(at + by + ids.length) % ids.length]);
  }
}

applyTheme();
new Page().start();
