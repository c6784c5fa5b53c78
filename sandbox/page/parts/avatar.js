// Avatars: coloured initials for people, a drawn pulse for the bot, the chosen emoji for webhooks.
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { emoji } from "../text/emoji.js";
import { hexColour } from "../text/safe_text.js";

const COLOURS = ["#1f6f78", "#7a3e9d", "#b23a48", "#2f6b3a", "#3d5a98", "#8a5a00", "#5b4b8a", "#96417a"];

function initials(name) {
  const words = name.split(/[\s._-]+/).filter(Boolean);
  return words.slice(0, 2).map((word) => [...word][0].toUpperCase()).join("") || "?";
}

function colourOf(name) {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  return COLOURS[sum % COLOURS.length];
}

/** An avatar for an author {name, colour, bot, iconEmoji}; decorative, the name stands beside it. */
export function avatar(author, size = "") {
  const shape = (content, background) =>
    el("span", { class: `avatar ${size}`.trim(), "aria-hidden": "true", style: background ? { background } : {} }, content);
  if (author.ours) return el("span", { class: `avatar avatar-bot ${size}`.trim(), "aria-hidden": "true" }, icon("pulse"));
  const sign = author.iconEmoji && emoji(author.iconEmoji.replaceAll(":", ""));
  if (sign) return shape(sign, "var(--raised)");
  const colour = hexColour(author.colour);
  return shape(initials(author.name), colour === "transparent" ? colourOf(author.name) : colour);
}
