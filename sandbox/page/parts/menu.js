// Pop-up menus and pickers beside the control that opened them: arrow keys, Home, End, Escape, click outside.
import { append, el } from "./dom.js";

let current = null;

/** True while a menu or picker is open (Escape then belongs to it). */
export function menuOpen() {
  return current !== null;
}

export function closeMenu() {
  current?.close();
}

/** Opens a menu of [{label, note?, icon?, choose}] beside `anchor`. */
export function openMenu(anchor, entries) {
  const items = entries.map((entry) => el("button", {
    type: "button", role: "menuitem", tabindex: -1, class: "menu-item",
    on: { click: () => { closeMenu(); entry.choose(); } },
  }, entry.icon ?? null, el("span", { class: "menu-words" }, entry.label,
    entry.note && el("span", { class: "hint" }, entry.note))));
  open(anchor, el("div", { class: "menu", role: "menu" }, items), items, 1);
}

/** Opens a grid of [{label, show, choose}] with `columns` columns. */
export function openGrid(anchor, entries, columns, name) {
  const items = entries.map((entry) => el("button", {
    type: "button", role: "menuitem", tabindex: -1, class: "grid-item", "aria-label": entry.label, title: entry.label,
    on: { click: () => { closeMenu(); entry.choose(); } },
  }, entry.show));
  const grid = el("div", { class: "menu menu-grid", role: "menu", "aria-label": name });
  grid.style.setProperty("--columns", columns);
  open(anchor, append(grid, items), items, columns);
}

function open(anchor, panel, items, columns) {
  closeMenu();
  const away = (event) => { if (!panel.contains(event.target) && !anchor.contains(event.target)) close(false); };
  const close = (refocus = true) => {
    panel.remove();
    current = null;
    anchor.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", away, true);
    if (refocus && anchor.isConnected) anchor.focus();
  };
  current = { close };
  anchor.setAttribute("aria-expanded", "true");
  panel.addEventListener("keydown", (event) => move(event, items, columns));
  document.addEventListener("pointerdown", away, true);
  (anchor.closest("dialog, main, section") ?? document.body).append(panel);
  placeBeside(panel, anchor);
  items[0]?.focus();
}

const STEPS = {
  ArrowDown: (columns) => columns, ArrowUp: (columns) => -columns,
  ArrowRight: (columns) => (columns > 1 ? 1 : 0), ArrowLeft: (columns) => (columns > 1 ? -1 : 0),
};

function move(event, items, columns) {
  const at = items.indexOf(document.activeElement);
  if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    event.stopPropagation();
    closeMenu();
  } else if (event.key in STEPS) {
    event.preventDefault();
    items[(at + STEPS[event.key](columns) + items.length) % items.length].focus();
  } else if (event.key === "Home" || event.key === "End") {
    event.preventDefault();
    items.at(event.key === "Home" ? 0 : -1).focus();
  }
}

/** Below the anchor if there is room, else above; inside the window in any case. */
function placeBeside(panel, anchor) {
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = panel;
  const below = at.bottom + 4 + height <= innerHeight;
  const top = below ? at.bottom + 4 : Math.max(8, at.top - height - 4);
  const left = Math.max(8, Math.min(at.right - width, innerWidth - width - 8));
  panel.style.setProperty("top", `${top}px`);
  panel.style.setProperty("left", `${left}px`);
}
