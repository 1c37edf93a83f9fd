// Times, durations and words as people read them.

let offset = 0; // the server's clock minus ours, seconds

export function setServerTime(now) {
  offset = now - Date.now() / 1000;
}

export const serverNow = () => Date.now() / 1000 + offset;

const two = (n) => String(n).padStart(2, "0");

export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "short" });

export const clock = (at) => CLOCK.format(new Date(at * 1000));
export const day = (at) => DAY.format(new Date(at * 1000));

export function when(at) {
  const date = new Date(at * 1000);
  const today = date.toDateString() === new Date(serverNow() * 1000).toDateString();
  return today ? clock(at) : `${day(at)} ${clock(at)}`;
}

export function words(name) {
  if (!name) return "";
  const text = String(name).replaceAll("_", " ");
  return text[0].toUpperCase() + text.slice(1);
}

export const percent = (value) => `${Math.round(value * 100)} %`;

// Which calls a service level counts; the one chosen on Figures holds on this browser's pages.
export const LEVELS = {
  short_neutral: "of answered and abandoned, short abandons left out",
  abandoned_within_count: "abandoned within it count as served",
  abandoned_against: "every abandon counts against it",
  answered_only: "of answered calls alone",
};

export const keptTerms = () => JSON.parse(localStorage.getItem("level") ?? "{}");
export const keepTerms = ({ threshold, variant }) => localStorage.setItem("level", JSON.stringify({ threshold, variant }));

// Account numbers in groups, as people read them aloud; anything else as it is.
export function grouped(value) {
  return /^\d{6,}$/.test(value) ? value.replace(/(\d{4})(?=\d)/g, "$1\u2009") : value;
}

export function party(caller) {
  if (!caller) return "Number withheld";
  const user = caller.replace(/^sips?:/i, "").split(/[@;]/)[0];
  return user || caller;
}

// Elements with data-since count up, with data-until count down. One timer for the whole page.
export function startTimers() {
  const tick = () => {
    const now = serverNow();
    for (const element of document.querySelectorAll("[data-since]")) {
      setText(element, duration(now - Number(element.dataset.since)));
    }
    for (const element of document.querySelectorAll("[data-until]")) {
      setText(element, duration(Number(element.dataset.until) - now + 0.999));
    }
    for (const element of document.querySelectorAll("[data-from][data-to]")) {
      const { from, to } = element.dataset;
      const share = (now - Number(from)) / (Number(to) - Number(from));
      element.style.transform = `scaleX(${Math.min(1, Math.max(0, 1 - share))})`;
    }
  };
  setInterval(tick, 250);
  return tick;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
