// The page's own line icons, drawn as SVG. All are decorative: the control beside them carries the name.
const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  hash: "M9 4 7 20M17 4l-2 16M4 9h16M3.5 15h16",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  home: "M4 11 12 4l8 7M6 9.5V20h12V9.5M10 20v-6h4v6",
  reply: "M4 5h16v11H11l-5 4v-4H4z",
  smile: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8.5 14a4 4 0 0 0 7 0M9 9.5v.5M15 9.5v.5",
  more: "M5.5 12v.01M12 12v.01M18.5 12v.01",
  close: "M6 6l12 12M18 6 6 18",
  send: "M4 12 20 4l-5 16-4-6zM11 14l9-10",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12M12 9.3a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4",
  back: "M14.5 5 7.5 12l7 7",
  down: "M12 5v14M6 13l6 6 6-6",
  chevron: "M9 6l6 6-6 6",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
  copy: "M8 8h12v12H8zM16 8V4H4v12h4",
  bolt: "M13 3 5 14h6l-1 7 8-11h-6z",
  code: "M8 7l-5 5 5 5M16 7l5 5-5 5",
  check: "M5 12.5 10 17.5 19.5 7",
  warn: "M12 4 2.8 20h18.4zM12 10v4.5M12 17.3v.01",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 11v5.5M12 7.6v.01",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7.5V12l3 2",
  play: "M7 4.5v15l12-7.5z",
  pulse: "M2.5 13h5l2.5-7 4 13 2.5-6h5",
};

/** One icon as an SVG element; `name` is a key of PATHS. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
