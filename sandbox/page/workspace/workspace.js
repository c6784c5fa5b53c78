// The workspace as this page knows it: who and what is there, the messages read so far, and what changed.
// Does not know: how anything looks. Views call on(kind, listener) and read.
import { api } from "./api.js";
import { listen } from "./events.js";
import { Conversation, isReply } from "./conversation.js";

export class Workspace {
  constructor() {
    this.api = api;
    this.state = null;
    this.conversations = new Map();
    this.unread = new Map();
    this.scenarioNews = new Map();
    this.statuses = new Map();
    this.views = [];
    this.home = null;
    this.listeners = new Map();
    this.names = namesOf(this);
  }

  on(kind, listener) {
    if (!this.listeners.has(kind)) this.listeners.set(kind, []);
    this.listeners.get(kind).push(listener);
  }

  tell(kind, detail = {}) {
    for (const listener of this.listeners.get(kind) ?? []) listener(detail);
  }

  /** Loads everything and follows the server's events from then on. */
  async start() {
    listen((event) => this.hear(event), (up, first) => {
      this.tell("link", { up });
      if (up && !first) this.reload();
    });
    await this.load();
    for (const channel of this.state.channels) this.unread.set(channel.id, channel.unread ?? 0);
    this.tell("unread");
  }

  async load() {
    this.state = await api.state();
    this.tell("state");
  }

  /** Loads again; a server that is gone is already told by the lost stream. */
  async reload() {
    try {
      await this.load();
    } catch {
      this.tell("link", { up: false });
    }
  }

  channel(id) {
    return this.state.channels.find((channel) => channel.id === id) ?? null;
  }

  conversation(channel) {
    if (!this.conversations.has(channel)) this.conversations.set(channel, new Conversation());
    return this.conversations.get(channel);
  }

  async readChannel(channel) {
    const conversation = this.conversation(channel);
    const since = conversation.clock;
    const { messages } = await api.messages(channel);
    conversation.replaceTopLevel(messages, since);
    this.tell("messages", { channel });
  }

  async readThread(channel, root) {
    const conversation = this.conversation(channel);
    const since = conversation.clock;
    const { messages } = await api.thread(channel, root);
    conversation.replaceThread(root, messages, since);
    this.tell("messages", { channel });
  }

  /** Takes an ephemeral message off this page. */
  dismiss(channel, ts) {
    this.conversation(channel).remove(ts);
    this.tell("messages", { channel });
  }

  markRead(channel) {
    this.unread.set(channel, 0);
    this.tell("unread");
  }

  /** One event of the server. */
  hear(event) {
    const heard = HEARD[event.type];
    if (heard) heard(this, event);
  }

  keep(channel, message, fresh) {
    const known = this.conversation(channel).put(message);
    this.tell("messages", { channel });
    if (fresh && !known) this.tell("arrived", { channel, message });
  }
}

const HEARD = {
  message: (workspace, { channel, message }) => {
    workspace.keep(channel, message, true);
    const author = message.user ?? message.bot_id;
    if (isReply(message) || author === workspace.state?.me) return;
    workspace.unread.set(channel, (workspace.unread.get(channel) ?? 0) + 1);
    workspace.tell("unread");
  },
  message_changed: (workspace, { channel, message }) => workspace.keep(channel, message, false),
  reaction: (workspace, { channel, message }) => message && workspace.keep(channel, message, false),
  ephemeral: (workspace, { channel, message }) => workspace.keep(channel, { ...message, ephemeral: true }, true),
  message_deleted: (workspace, { channel, ts }) => {
    workspace.conversation(channel).remove(ts);
    workspace.tell("messages", { channel });
  },
  view_opened: (workspace, { view }) => putView(workspace, view),
  view_updated: (workspace, { view }) => {
    if (view.type === "home") HEARD.home(workspace, { view });
    else putView(workspace, view, false);
  },
  view_closed: (workspace, { view_id: id }) => dropViews(workspace, (view) => view.id === id),
  home: (workspace, { view }) => {
    workspace.home = view;
    workspace.tell("home");
  },
  bot: (workspace, { connected }) => {
    if (workspace.state) workspace.state.bot.connected = connected;
    workspace.tell("bot");
  },
  scenario: (workspace, { name, state, text }) => {
    workspace.scenarioNews.set(name, { state, text });
    workspace.tell("scenario", { name, state, text });
  },
  status: (workspace, { channel, thread_ts: root, status }) => {
    const key = `${channel} ${root ?? ""}`;
    if (status) workspace.statuses.set(key, { channel, root, text: status });
    else workspace.statuses.delete(key);
    workspace.tell("status");
  },
  channel: (workspace) => workspace.reload(),
};

/** A modal that is open is replaced by its newer self; a new one lies on top. */
export function putView(workspace, view, add = true) {
  const at = workspace.views.findIndex((known) => known.id === view.id);
  if (at >= 0 && JSON.stringify(workspace.views[at]) === JSON.stringify(view)) return;
  if (at >= 0) workspace.views[at] = view;
  else if (add) workspace.views.push(view);
  workspace.tell("views");
}

export function dropViews(workspace, which) {
  workspace.views = workspace.views.filter((view) => !which(view));
  workspace.tell("views");
}

/** Who and what an id stands for, for text that mentions it. */
function namesOf(workspace) {
  return {
    user: (id) => {
      const user = workspace.state?.users[id];
      return user ? { name: user.real_name || user.name, me: id === workspace.state.me } : null;
    },
    channel: (id) => workspace.state?.channels.find((channel) => channel.id === id)?.name ?? null,
    everyone: () => Object.values(workspace.state.users).map(({ id, name, real_name: real }) => ({ id, name: real || name })),
    channels: () => workspace.state.channels.map(({ id, name }) => ({ id, name: `#${name}` })),
  };
}
