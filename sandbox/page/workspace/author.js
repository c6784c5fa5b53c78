// Who wrote a message: a person, the bot, or a webhook with a name of its own.

/** {id, name, bot, ours, colour, iconEmoji} of a message. */
export function authorOf(message, state) {
  const user = state.users[message.user];
  const ours = message.user === state.bot.user_id || (!message.user && message.bot_id === state.bot.bot_id);
  const given = message.username || message.bot_profile?.name;
  return {
    id: message.user ?? message.bot_id ?? "",
    name: given || user?.real_name || user?.name || (ours ? state.bot.name : message.bot_id ?? "Unknown"),
    bot: Boolean(message.bot_id || user?.is_bot),
    ours,
    colour: user?.color,
    iconEmoji: message.icons?.emoji ?? message.icon_emoji,
  };
}

/** The author behind an id of reply_users or of a reaction. */
export function authorOfId(id, state) {
  return authorOf(id.startsWith("B") ? { bot_id: id } : { user: id }, state);
}
