// Very long messages show their beginning and a button for the rest.
import { el } from "../parts/dom.js";

const LONG_CHARACTERS = 6000;
const LONG_LINES = 80;

const opened = new Set();

/** The content as it is, or folded when the message is long and nobody has opened it. */
export function foldLong(content, message) {
  const text = content.textContent;
  if (text.length < LONG_CHARACTERS && text.split("\n").length < LONG_LINES) return content;
  content.classList.toggle("folded", !opened.has(message.ts));
  const button = el("button", { type: "button", class: "link-button" });
  const label = () => {
    const folded = content.classList.contains("folded");
    button.textContent = folded ? `Show all of it (${text.length.toLocaleString("en")} characters)` : "Show less";
    button.setAttribute("aria-expanded", String(!folded));
  };
  button.addEventListener("click", () => {
    if (content.classList.toggle("folded")) opened.delete(message.ts);
    else opened.add(message.ts);
    label();
  });
  label();
  return el("div", {}, content, button);
}
