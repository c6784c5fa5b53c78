// Says new messages to screen readers, one after another, without moving anything on the page.
import { visible } from "../text/safe_text.js";

const PAUSE_MS = 1200;
const queue = [];
let speaking = false;

/** Queues one line for the polite live region. */
export function announce(line) {
  queue.push(line);
  if (queue.length > 5) queue.splice(0, queue.length - 1, `${queue.length - 1} more messages`);
  if (!speaking) next();
}

function next() {
  const line = queue.shift();
  speaking = line !== undefined;
  if (!speaking) return;
  document.getElementById("announcer").textContent = visible(line);
  setTimeout(next, PAUSE_MS);
}
