// Slack's short names for emoji, as the system's own emoji font shows them.
// Does not know: custom emoji of a workspace; an unknown name stays text.

const NAMES = {
  white_check_mark: "✅", heavy_check_mark: "✔️", ballot_box_with_check: "☑️", x: "❌", large_yellow_circle: "🟡",
  red_circle: "🔴", large_green_circle: "🟢", large_orange_circle: "🟠", large_blue_circle: "🔵", white_circle: "⚪",
  black_circle: "⚫", large_purple_circle: "🟣", no_entry_sign: "🚫", no_entry: "⛔", octagonal_sign: "🛑",
  checkered_flag: "🏁", triangular_flag_on_post: "🚩", eyes: "👀", mag: "🔍", mag_right: "🔎", warning: "⚠️",
  rotating_light: "🚨", fire: "🔥", boom: "💥", bug: "🐛", zap: "⚡", bell: "🔔", no_bell: "🔕", mega: "📣",
  loudspeaker: "📢", bulb: "💡", brain: "🧠", robot_face: "🤖", gear: "⚙️", wrench: "🔧", hammer: "🔨",
  hammer_and_wrench: "🛠️", nut_and_bolt: "🔩", toolbox: "🧰", package: "📦", rocket: "🚀", ship: "🚢", truck: "🚚",
  rewind: "⏪", leftwards_arrow_with_hook: "↩️", arrow_right: "➡️", arrow_left: "⬅️", arrow_up: "⬆️", arrow_down: "⬇️",
  arrow_upper_right: "↗️", arrow_lower_right: "↘️", arrows_counterclockwise: "🔄", repeat: "🔁", recycle: "♻️",
  chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", bar_chart: "📊", clipboard: "📋", memo: "📝",
  pencil: "📝", pencil2: "✏️", page_facing_up: "📄", page_with_curl: "📃", scroll: "📜", books: "📚", book: "📖",
  bookmark: "🔖", label: "🏷️", link: "🔗", paperclip: "📎", pushpin: "📌", round_pushpin: "📍", file_folder: "📁",
  open_file_folder: "📂", card_index_dividers: "🗂️", file_cabinet: "🗄️", calendar: "📆", date: "📅", inbox_tray: "📥",
  outbox_tray: "📤", email: "✉️", envelope: "✉️", telephone_receiver: "📞", pager: "📟", lock: "🔒", unlock: "🔓",
  key: "🔑", shield: "🛡️", computer: "💻", desktop_computer: "🖥️", floppy_disk: "💾", minidisc: "💽", satellite: "📡",
  electric_plug: "🔌", battery: "🔋", globe_with_meridians: "🌐", cloud: "☁️", house: "🏠", hospital: "🏥",
  ambulance: "🚑", fire_engine: "🚒", construction: "🚧", hourglass: "⌛", hourglass_flowing_sand: "⏳",
  stopwatch: "⏱️", alarm_clock: "⏰", timer_clock: "⏲️", watch: "⌚", moneybag: "💰", dollar: "💵",
  heavy_dollar_sign: "💲", money_with_wings: "💸", credit_card: "💳", ticket: "🎫", dart: "🎯", tada: "🎉",
  confetti_ball: "🎊", sparkles: "✨", star: "⭐", star2: "🌟", trophy: "🏆", medal: "🏅", "+1": "👍", thumbsup: "👍",
  "-1": "👎", thumbsdown: "👎", ok_hand: "👌", clap: "👏", raised_hands: "🙌", pray: "🙏", muscle: "💪", wave: "👋",
  raised_hand: "✋", point_right: "👉", point_up: "☝️", point_down: "👇", handshake: "🤝", heart: "❤️",
  green_heart: "💚", blue_heart: "💙", yellow_heart: "💛", broken_heart: "💔", smile: "😄", grinning: "😀", joy: "😂",
  slightly_smiling_face: "🙂", sweat_smile: "😅", thinking_face: "🤔", sob: "😭", cry: "😢", scream: "😱",
  sleeping: "😴", zzz: "💤", neutral_face: "😐", facepalm: "🤦", shrug: "🤷", ghost: "👻", skull: "💀", poop: "💩",
  coffee: "☕", pizza: "🍕", beer: "🍺", snail: "🐌", turtle: "🐢", whale: "🐳", elephant: "🐘", penguin: "🐧",
  snake: "🐍", crab: "🦀", question: "❓", grey_question: "❔", exclamation: "❗", heavy_exclamation_mark: "❗",
  bangbang: "‼️", information_source: "ℹ️", speech_balloon: "💬", thought_balloon: "💭", heavy_plus_sign: "➕",
  heavy_minus_sign: "➖", heavy_multiplication_x: "✖️", "100": "💯", new: "🆕", up: "🆙", ok: "🆗", sos: "🆘",
  one: "1️⃣", two: "2️⃣", three: "3️⃣", four: "4️⃣", five: "5️⃣", large_blue_square: "🟦", large_green_square: "🟩",
  large_red_square: "🟥", large_yellow_square: "🟨", large_orange_diamond: "🔶", small_blue_diamond: "🔹",
  small_orange_diamond: "🔸", small_red_triangle: "🔺", small_red_triangle_down: "🔻", black_small_square: "▪️",
  white_small_square: "▫️", arrow_forward: "▶️", black_square_for_stop: "⏹️", double_vertical_bar: "⏸️",
  stop_button: "⏹️", pause_button: "⏸️", ice_cube: "🧊", droplet: "💧", thermometer: "🌡️", dizzy: "💫",
  detective: "🕵️", sleuth_or_spy: "🕵️", microscope: "🔬", telescope: "🔭", test_tube: "🧪", abacus: "🧮",
  jigsaw: "🧩", compass: "🧭", world_map: "🗺️", crystal_ball: "🔮", balance_scale: "⚖️", ladder: "🪜",
};

const SKIN_TONES = { 2: "🏻", 3: "🏼", 4: "🏽", 5: "🏾", 6: "🏿" };

/** What the emoji picker offers, in this order: first those that mean something to the bot. */
export const PICKED = [
  "white_check_mark", "x", "large_yellow_circle", "no_entry_sign", "checkered_flag", "eyes",
  "+1", "-1", "raised_hands", "pray", "tada", "rocket",
  "fire", "rotating_light", "warning", "bug", "mag", "bulb",
  "thinking_face", "hourglass_flowing_sand", "repeat", "wrench", "coffee", "heart",
];

/** The characters for a short name such as "eyes" or "+1::skin-tone-3"; null for one we do not know. */
export function emoji(name) {
  const [base, tone] = name.split("::skin-tone-");
  const found = Object.hasOwn(NAMES, base) ? NAMES[base] : null;
  return found && tone ? found + (SKIN_TONES[tone] ?? "") : found;
}

/** How a reaction is shown: the emoji, or its name between colons when it is not known here. */
export function emojiOrName(name) {
  return emoji(name) ?? `:${name}:`;
}

const SHORT_NAME = /:([a-z0-9_+'-]{1,60}(?:::skin-tone-[2-6])?):/g;

/** Plain text with its short names replaced; unknown ones stay as written. */
export function withEmoji(text) {
  return text.replace(SHORT_NAME, (written, name) => emoji(name) ?? written);
}
