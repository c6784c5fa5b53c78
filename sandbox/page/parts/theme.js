// Light or dark: the system's choice until the reader makes one, which this browser remembers.
import { el, fill } from "./dom.js";
import { icon } from "./icons.js";

const KEY = "sandbox-theme";
const systemDark = matchMedia("(prefers-color-scheme: dark)");

function isDark() {
  const chosen = localStorage.getItem(KEY);
  return chosen ? chosen === "dark" : systemDark.matches;
}

/** Sets the page's colours; call once early so that nothing flashes. */
export function applyTheme() {
  document.documentElement.dataset.theme = isDark() ? "dark" : "light";
}

export function themeButton() {
  const button = el("button", { type: "button", class: "icon-button theme-button" });
  const draw = () => {
    const label = isDark() ? "Use light colours" : "Use dark colours";
    button.setAttribute("aria-label", label);
    button.title = label;
    fill(button, icon(isDark() ? "sun" : "moon"));
  };
  button.addEventListener("click", () => {
    localStorage.setItem(KEY, isDark() ? "light" : "dark");
    applyTheme();
    draw();
  });
  systemDark.addEventListener("change", () => { applyTheme(); draw(); });
  draw();
  return button;
}
