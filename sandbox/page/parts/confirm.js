// Block Kit's confirm object: asks before an action is sent.
import { el } from "./dom.js";
import { openDialog } from "./dialog.js";
import { mrkdwn } from "../text/mrkdwn.js";
import { withEmoji } from "../text/emoji.js";

/** Asks; resolves to true when the person agrees. */
export function confirmFirst(confirm, names) {
  return new Promise((resolve) => {
    const answer = (agreed) => () => { dialog.close(); resolve(agreed); };
    const text = confirm.text?.type === "mrkdwn" ? mrkdwn(confirm.text.text, names) : withEmoji(confirm.text?.text ?? "");
    const style = confirm.style === "danger" ? "button-danger" : "button-primary";
    const dialog = openDialog({
      title: withEmoji(confirm.title?.text ?? "Are you sure?"),
      content: el("div", { class: "mrkdwn" }, text),
      footer: [
        el("button", { type: "button", class: "button", on: { click: answer(false) } }, confirm.deny?.text ?? "Cancel"),
        el("button", { type: "button", class: `button ${style}`, on: { click: answer(true) } },
          confirm.confirm?.text ?? "Yes"),
      ],
      onClose: () => resolve(false),
    });
  });
}
