// The data_visualization block: line, area and bar charts as SVG; a pie as labelled bars. Figures stay readable as a list.
import { el } from "../parts/dom.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 560;
const HEIGHT = 200;
const EDGE = { left: 52, right: 10, top: 10, bottom: 26 };

export function chart(block) {
  const drawn = block.chart.type === "pie" ? pieBars(block.chart.segments) : plot(block.chart);
  return el("figure", { class: "block chart" }, el("figcaption", {}, block.title ?? ""), drawn);
}

function svg(tag, attributes, text) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

function pieBars(segments) {
  const total = segments.reduce((sum, segment) => sum + segment.value, 0) || 1;
  return el("ul", { class: "pie-bars" }, segments.map((segment, index) => {
    const share = Math.round((segment.value / total) * 100);
    return el("li", {}, el("span", {}, segment.label), el("span", { class: "pie-track" },
      el("span", { class: `pie-fill series-${index % 6}`, style: { "inline-size": `${share}%` } })), `${share} %`);
  }));
}

function plot({ type, series, axis_config: axis }) {
  const categories = axis?.categories ?? series[0].data.map((point) => point.label);
  const values = series.flatMap((one) => one.data.map((point) => point.value));
  const low = Math.min(0, ...values);
  const high = Math.max(...values, low + 1e-9);
  const inner = { width: WIDTH - EDGE.left - EDGE.right, height: HEIGHT - EDGE.top - EDGE.bottom };
  const x = (index) => EDGE.left + ((index + 0.5) / categories.length) * inner.width;
  const y = (value) => EDGE.top + inner.height * (1 - (value - low) / (high - low));
  const figure = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": spoken(type, series) });
  for (const value of [low, (low + high) / 2, high]) figure.append(...gridLine(value, y(value)));
  figure.append(...categoryLabels(categories, x));
  const draw = type === "bar" ? bars : lines;
  series.forEach((one, index) => figure.append(...draw(one, { x, y, low, index, of: series.length, type, inner })));
  return el("div", {}, figure, series.length > 1 && legend(series), axis?.y_label && el("p", {}, axis.y_label));
}

function spoken(type, series) {
  const words = series.map((one) => `${one.name}: ${one.data.map((point) => `${point.label} ${point.value}`).join(", ")}`);
  return `${type} chart. ${words.join("; ")}`;
}

const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

function gridLine(value, y) {
  return [svg("line", { x1: EDGE.left, x2: WIDTH - EDGE.right, y1: y, y2: y, class: "grid" }),
    svg("text", { x: EDGE.left - 8, y: y + 4, "text-anchor": "end" }, COMPACT.format(value))];
}

/** At most six labels, so that they do not run into each other. */
function categoryLabels(categories, x) {
  const step = Math.ceil(categories.length / 6);
  return categories.map((name, index) => ({ name, index })).filter(({ index }) => index % step === 0)
    .map(({ name, index }) => svg("text", { x: x(index), y: HEIGHT - 6, "text-anchor": "middle" }, name));
}

function lines({ data }, { x, y, low, index, type }) {
  const points = data.map((point, at) => `${x(at)},${y(point.value)}`).join(" ");
  const line = svg("polyline", { points, class: `line series-${index % 6}` });
  if (type !== "area" || data.length === 0) return [line];
  const ground = `${x(data.length - 1)},${y(low)} ${x(0)},${y(low)}`;
  return [svg("polygon", { points: `${points} ${ground}`, class: `area series-${index % 6}` }), line];
}

function bars({ data }, { x, y, low, index, of, inner }) {
  const width = (inner.width / data.length) * (0.7 / of);
  return data.map((point, at) => svg("rect", {
    x: x(at) + (index - of / 2) * width, width, y: y(Math.max(point.value, 0)),
    height: Math.abs(y(Math.max(low, Math.min(point.value, 0))) - y(Math.max(point.value, 0))),
    class: `bar series-${index % 6}`,
  }));
}

function legend(series) {
  return el("ul", { class: "legend" }, series.map((one, index) =>
    el("li", {}, el("span", { class: `swatch series-${index % 6}` }), one.name)));
}
