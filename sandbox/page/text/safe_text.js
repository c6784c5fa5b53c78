// What may be shown and where a link may lead, for text and addresses that strangers wrote.
// Does not know: mrkdwn, Markdown, or the page.

// Invisible controls that reorder or hide text (bidi overrides and isolates, C0/C1 but tab and newline).
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** The text with every hidden control written out, e.g. "⟦U+202E⟧"; carriage returns go. */
export function visible(text) {
  return text.replace(CONTROLS, (mark) => {
    if (mark === "\r") return "";
    return `⟦U+${mark.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟧`;
  });
}

const LINK_SCHEMES = new Set(["http:", "https:", "mailto:", "tel:"]);

/** The address as a link may carry it, or null for javascript:, data:, relative and malformed ones. */
export function safeUrl(address) {
  let url;
  try {
    url = new URL(String(address));
  } catch {
    return null;
  }
  return LINK_SCHEMES.has(url.protocol) ? url.href : null;
}

/** The address of an image this page may load: ours, or inline data. The sandbox stays offline, so null otherwise. */
export function localImage(address) {
  let url;
  try {
    url = new URL(String(address), location.href);
  } catch {
    return null;
  }
  if (url.protocol === "data:") return /^data:image\/(png|jpeg|gif|webp)[;,]/.test(url.href) ? url.href : null;
  return url.origin === location.origin ? url.href : null;
}

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

/** Undoes the three escapes that Slack makes in text. */
export function unescape(text) {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}

/** A colour as "#rrggbb", or transparent when it is not one. */
export function hexColour(value) {
  const hex = String(value ?? "").replace(/^#/, "");
  return /^(?:[0-9a-f]{3}|[0-9a-f]{6})$/i.test(hex) ? `#${hex}` : "transparent";
}
