// What stands between < and > in Slack's text: people, channels, groups, dates and links.
// `names` answers user(id) -> {name, me} | null and channel(id) -> name | null.
import { el } from "../parts/dom.js";
import { safeUrl, unescape } from "./safe_text.js";
import { fullTime, slackDate } from "./time.js";

/** The node for the inside of one <…>; text that means nothing is given back between its brackets. */
export function control(inside, names) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? null : unescape(inside.slice(bar + 1));
  switch (target[0]) {
    case "@": return userMention(target.slice(1), label, names);
    case "#": return channelMention(target.slice(1), label, names);
    case "!": return special(target.slice(1), label);
    default: return link(unescape(target), label) ?? document.createTextNode(`<${unescape(inside)}>`);
  }
}

export function userMention(id, label, names) {
  const user = names.user(id);
  const shown = user?.name ?? label ?? id;
  return el("span", { class: user?.me ? "mention mention-me" : "mention", title: id }, `@${shown.replace(/^@/, "")}`);
}

export function channelMention(id, label, names) {
  const name = names.channel(id) ?? label;
  if (!names.channel(id)) return el("span", { class: "mention", title: id }, `#${name || id}`);
  return el("a", { class: "mention", href: `#/${id}` }, `#${name}`);
}

/** @here and its kin. */
export function broadcast(range) {
  return el("span", { class: "mention mention-me" }, `@${range}`);
}

function special(body, label) {
  const [command, ...rest] = body.split("^");
  if (command === "date") return date(rest, label);
  if (command === "subteam") return el("span", { class: "mention" }, label ?? `@${rest[0]}`);
  if (["here", "channel", "everyone"].includes(command)) return broadcast(command);
  return el("span", { class: "mention" }, label ?? `<${body}>`);
}

function date([unix, format, address], label) {
  const shown = slackDate(unix ?? "", format ?? "") ?? label ?? "";
  const time = el("time", { title: /^\d+$/.test(unix ?? "") ? fullTime(unix) : null }, shown);
  return (address && link(unescape(address), null, time)) || time;
}

/** A link that opens elsewhere; null when the address is not one we follow. */
export function link(address, label, inside = null) {
  const href = safeUrl(address);
  if (!href) return null;
  const shown = inside ?? (label || address.replace(/^mailto:/, ""));
  return el("a", { href, target: "_blank", rel: "noopener noreferrer nofollow", title: label ? address : null }, shown);
}
