// Elements that hold a value: text fields, selects, radio buttons, checkboxes, dates.
// Each gives {node, read, reset}: read() is the element's part of view.state.values, as Slack shapes it.
import { el, freshId } from "../parts/dom.js";
import { words } from "./text_object.js";
import { mrkdwn } from "../text/mrkdwn.js";
import { withEmoji } from "../text/emoji.js";

export const INPUTS = {
  plain_text_input: textField("text"),
  email_text_input: textField("email"),
  url_text_input: textField("url"),
  number_input: textField("text", { inputmode: "decimal" }),
  static_select: staticSelect,
  multi_static_select: checkboxes,
  users_select: peopleSelect("selected_user", (names) => names.everyone()),
  channels_select: peopleSelect("selected_channel", (names) => names.channels()),
  conversations_select: peopleSelect("selected_conversation", (names) => names.channels()),
  radio_buttons: radioButtons,
  checkboxes,
  datepicker: dateField("date", "initial_date", "selected_date"),
  timepicker: dateField("time", "initial_time", "selected_time"),
};

/** The elements whose options may hold mrkdwn or a description. */
function optionWords(option, names) {
  const label = option.text?.type === "mrkdwn" ? mrkdwn(option.text.text, names) : words(option.text);
  return [el("span", {}, label), option.description && el("span", { class: "hint" }, words(option.description))];
}

function textField(type, more = {}) {
  return (one) => {
    const shared = {
      class: "field", placeholder: one.placeholder ? withEmoji(one.placeholder.text) : null,
      maxlength: one.max_length ?? null, value: one.initial_value ?? "",
    };
    const node = one.multiline ? el("textarea", { ...shared, rows: 4 }) : el("input", { type, ...shared, ...more });
    if (one.focus_on_load) node.setAttribute("autofocus", "");
    return {
      node,
      read: () => ({ type: one.type, value: node.value === "" ? null : node.value }),
      reset: () => { node.value = one.initial_value ?? ""; },
    };
  };
}

function dateField(type, initial, selected) {
  return (one) => {
    const node = el("input", { type, class: "field", value: one[initial] ?? "" });
    return {
      node,
      read: () => ({ type: one.type, [selected]: node.value || null }),
      reset: () => { node.value = one[initial] ?? ""; },
    };
  };
}

/** All options of a select, with those of its groups in one row. */
function allOptions(one) {
  return one.options ?? (one.option_groups ?? []).flatMap((group) => group.options);
}

function staticSelect(one) {
  const options = allOptions(one);
  const indexOf = (option) => options.findIndex((other) => other.value === option?.value);
  const choice = (option) => el("option", { value: String(options.indexOf(option)) }, words(option.text));
  const listed = one.option_groups
    ? one.option_groups.map((group) => el("optgroup", { label: words(group.label) }, group.options.map(choice)))
    : options.map(choice);
  const node = el("select", { class: "field" },
    el("option", { value: "-1" }, one.placeholder ? words(one.placeholder) : "Choose…"), listed);
  const reset = () => { node.value = String(indexOf(one.initial_option)); };
  reset();
  return { node, reset, read: () => ({ type: one.type, selected_option: options[Number(node.value)] ?? null }) };
}

function peopleSelect(selected, list) {
  return (one, place) => {
    const initial = one[selected.replace("selected", "initial")] ?? "";
    const node = el("select", { class: "field" },
      el("option", { value: "" }, one.placeholder ? words(one.placeholder) : "Choose…"),
      list(place.names).map(({ id, name }) => el("option", { value: id }, name)));
    node.value = initial;
    return {
      node,
      read: () => ({ type: one.type, [selected]: node.value || null }),
      reset: () => { node.value = initial; },
    };
  };
}

function radioButtons(one, place) {
  const group = freshId("radio");
  const boxes = one.options.map((option) => {
    const input = el("input", { type: "radio", name: group, value: option.value });
    input.checked = option.value === one.initial_option?.value;
    return input;
  });
  const node = el("div", { class: "choices" }, one.options.map((option, index) =>
    el("label", { class: "choice" }, boxes[index], el("span", { class: "choice-words" }, optionWords(option, place.names)))));
  const chosen = () => one.options[boxes.findIndex((box) => box.checked)] ?? null;
  const reset = () => boxes.forEach((box) => { box.checked = box.value === one.initial_option?.value; });
  return { node, reset, read: () => ({ type: one.type, selected_option: chosen() }) };
}

function checkboxes(one, place) {
  const options = allOptions(one);
  const initial = new Set((one.initial_options ?? []).map((option) => option.value));
  const boxes = options.map((option) => {
    const input = el("input", { type: "checkbox", value: option.value });
    input.checked = initial.has(option.value);
    return input;
  });
  const node = el("div", { class: one.type === "checkboxes" ? "choices" : "choices choices-boxed" },
    options.map((option, index) => el("label", { class: "choice" }, boxes[index],
      el("span", { class: "choice-words" }, optionWords(option, place.names)))));
  const chosen = () => options.filter((option, index) => boxes[index].checked);
  const reset = () => boxes.forEach((box) => { box.checked = initial.has(box.value); });
  return { node, reset, read: () => ({ type: one.type, selected_options: chosen() }) };
}
