// Times as people read them. A Slack ts is "seconds.microseconds" since 1970, as a string.
// Does not know: the workspace's own time zone; everything is in the reader's.

const CLOCK = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const CLOCK_SECONDS = new Intl.DateTimeFormat("en", {
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});
const DAY = new Intl.DateTimeFormat("en", { weekday: "long", month: "long", day: "numeric" });
const DAY_YEAR = new Intl.DateTimeFormat("en", { month: "long", day: "numeric", year: "numeric" });
const DAY_SHORT_YEAR = new Intl.DateTimeFormat("en", { month: "short", day: "numeric", year: "numeric" });
const DAY_NUMBER = new Intl.DateTimeFormat("en-CA");
const FULL = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" });

export function dateOf(ts) {
  return new Date(Number.parseFloat(ts) * 1000);
}

export function clock(ts) {
  return CLOCK.format(dateOf(ts));
}

export function fullTime(ts) {
  return FULL.format(dateOf(ts));
}

/** Days from `date` to today: 0 today, 1 yesterday, -1 tomorrow. */
function daysAgo(date) {
  const midnight = (moment) => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate());
  return Math.round((midnight(new Date()) - midnight(date)) / 86_400_000);
}

const NEAR_DAYS = { 0: "Today", 1: "Yesterday", "-1": "Tomorrow" };

/** "Today", "Yesterday", or the day's name. */
export function dayName(ts) {
  const date = dateOf(ts);
  const near = NEAR_DAYS[daysAgo(date)];
  if (near) return near;
  return date.getFullYear() === new Date().getFullYear() ? DAY.format(date) : DAY_YEAR.format(date);
}

/** "today at 20:44" for the line under a thread's parent. */
export function lastReply(ts) {
  const day = dayName(ts);
  return `${Object.values(NEAR_DAYS).includes(day) ? day.toLowerCase() : day} at ${clock(ts)}`;
}

const DATE_TOKENS = {
  "{date_num}": (date) => DAY_NUMBER.format(date),
  "{date}": (date) => DAY_YEAR.format(date),
  "{date_short}": (date) => DAY_SHORT_YEAR.format(date),
  "{date_long}": (date) => `${DAY.format(date)}, ${date.getFullYear()}`,
  "{time}": (date) => CLOCK.format(date),
  "{time_secs}": (date) => CLOCK_SECONDS.format(date),
  "{ago}": (date) => ago(date),
};

function ago(date) {
  const seconds = Math.round((Date.now() - date) / 1000);
  const steps = [[86_400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];
  const [size, unit] = steps.find(([length]) => Math.abs(seconds) >= length) ?? [1, "second"];
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(-Math.round(seconds / size), unit);
}

/** Slack's <!date^UNIX^FORMAT|fallback>: the format with its tokens filled in, or null if it is malformed. */
export function slackDate(unix, format) {
  const date = new Date(Number.parseInt(unix, 10) * 1000);
  if (Number.isNaN(date.getTime()) || !format.includes("{")) return null;
  return format.replace(/\{[a-z_]+\}/g, (token) => {
    const pretty = token.endsWith("_pretty}");
    const plain = pretty ? token.replace("_pretty", "") : token;
    const near = pretty ? NEAR_DAYS[daysAgo(date)] : null;
    return near?.toLowerCase() ?? DATE_TOKENS[plain]?.(date) ?? token;
  });
}
