// The messages of one channel that this page has read: top level and replies, oldest first.

/** Whether a message stands only in its thread. */
export function isReply(message) {
  return Boolean(message.thread_ts) && message.thread_ts !== message.ts && message.subtype !== "thread_broadcast";
}

const byTime = (one, other) => Number.parseFloat(one.ts) - Number.parseFloat(other.ts);

export class Conversation {
  constructor() {
    this.messages = new Map();
    this.clock = 0;
    this.touched = new Map();
  }

  /** Remembers that an event changed this message: an answer asked for earlier must not undo it. */
  touch(ts) {
    this.clock += 1;
    this.touched.set(ts, this.clock);
  }

  /** Takes a message in or replaces its older self; true when it was known. A reply is counted on its parent. */
  put(message) {
    const earlier = this.messages.get(message.ts);
    this.touch(message.ts);
    this.messages.set(message.ts, earlier?.ephemeral ? { ...message, ephemeral: true } : message);
    if (!earlier && message.thread_ts && message.thread_ts !== message.ts && !message.ephemeral) this.count(message);
    return Boolean(earlier);
  }

  /** Keeps the parent's summary true until the server sends the parent again. */
  count(reply) {
    const parent = this.messages.get(reply.thread_ts);
    if (!parent || Number.parseFloat(parent.latest_reply ?? 0) >= Number.parseFloat(reply.ts)) return;
    this.touch(parent.ts);
    const users = new Set([...(parent.reply_users ?? []), reply.user ?? reply.bot_id].filter(Boolean));
    this.messages.set(parent.ts, {
      ...parent, reply_count: (parent.reply_count ?? 0) + 1, reply_users: [...users], latest_reply: reply.ts,
    });
  }

  remove(ts) {
    this.touch(ts);
    this.messages.delete(ts);
  }

  get(ts) {
    return this.messages.get(ts) ?? null;
  }

  topLevel() {
    return [...this.messages.values()].filter((message) => !isReply(message)).sort(byTime);
  }

  thread(root) {
    return [...this.messages.values()].filter((message) => message.ts === root || message.thread_ts === root).sort(byTime);
  }

  /** What the server had for the channel when it was asked at `since` (our clock then). */
  replaceTopLevel(messages, since) {
    this.replace((message) => !isReply(message), messages, since);
  }

  replaceThread(root, messages, since) {
    this.replace((message) => message.ts === root || message.thread_ts === root, messages, since);
  }

  /** Ephemeral messages are only ours and stay. */
  replace(which, messages, since) {
    const newer = (ts) => (this.touched.get(ts) ?? 0) > since;
    for (const message of [...this.messages.values()]) {
      if (which(message) && !message.ephemeral && !newer(message.ts)) this.messages.delete(message.ts);
    }
    for (const message of messages) {
      if (newer(message.ts)) continue;
      this.messages.set(message.ts, message.ephemeral_for ? { ...message, ephemeral: true } : message);
    }
  }
}
