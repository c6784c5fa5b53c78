// Builds DOM nodes. Text always becomes a text node, never markup, so hostile text cannot act.
// Does not know: what is shown, or where.
import { visible } from "../text/safe_text.js";

/** el("p", {class: "note", on: {click: f}}, "text", node, [more]) makes one element. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  append(node, children);
  return node;
}

function setAttribute(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "on") {
    for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
  } else if (name === "style") {
    for (const [property, setting] of Object.entries(value)) node.style.setProperty(property, setting);
  } else if (name === "data") {
    Object.assign(node.dataset, value);
  } else if (name === "value") {
    node.value = value;
  } else {
    node.setAttribute(name, value === true ? "" : visible(String(value)));
  }
}

/** Appends strings, nodes and nested arrays; null, undefined and false are left out. */
export function append(parent, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    parent.append(child instanceof Node ? child : document.createTextNode(visible(String(child))));
  }
  return parent;
}

export function fragment(...children) {
  return append(document.createDocumentFragment(), children);
}

/** Replaces everything inside `parent`. */
export function fill(parent, ...children) {
  parent.replaceChildren();
  return append(parent, children);
}

let lastId = 0;

/** An id no other element on the page has. */
export function freshId(prefix) {
  lastId += 1;
  return `${prefix}-${lastId}`;
}
