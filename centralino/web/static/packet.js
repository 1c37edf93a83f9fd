// What is known of a call: the packet and what was said.

import { h } from "./dom.js";
import { clock, grouped, percent, words } from "./format.js";

const REASONS = {
  asked: "Asked for a person",
  low_confidence: "The bot was not sure enough",
  max_attempts: "The bot did not understand, several times",
  policy: "This request always goes to a person",
  error: "Something failed on our side",
};
const SOURCES = { speech: "by voice", dtmf: "by keys", lookup: "from our records" };
const SURE = 0.8;
const PERSON = "person"; // the wish for a person says nothing of what for

export const callerName = (packet) =>
  packet?.slots?.find((slot) => slot.name === "name")?.value || recordedName(packet) || packet?.caller_name || "";

// One name for the number is the caller's; several are a household's.
function recordedName(packet) {
  const names = new Set(packet?.known?.map((one) => one.name).filter(Boolean));
  return names.size === 1 ? [...names][0] : "";
}

export function intentLine(packet) {
  if (!packet.intent || packet.intent.name === PERSON) return h("p", { class: "intent" }, "Has not said");
  const { name, confidence, alternatives } = packet.intent;
  return [
    h("p", { class: "intent" }, words(name), sureness(confidence)),
    alternatives?.length
      ? h("p", { class: "faint" }, "or ", alternatives.slice(0, 2).map(([other, p]) => `${words(other)} (${percent(p)})`).join(", "))
      : null,
  ];
}

function sureness(confidence) {
  const sure = confidence >= SURE;
  return h("span", { class: `mark ${sure ? "good" : "doubt"}`, title: "How sure the bot is" },
    `${sure ? "" : "only "}${percent(confidence)} sure`);
}

// What the client's own records have about the number: contacts, and other programs that were asked.
const titled = (source) => (source === "contacts" ? "Contacts" : source);

function knownCard(packet) {
  if (!packet.known?.length) return null;
  const people = packet.known.filter((one) => one.source === "contacts");
  return h("div", { class: "known" }, h("h3", {}, people.length > 1 ? "Number of one of these" : "From the records"),
    packet.known.map((one) => one.problem
      ? h("p", { class: "faint" }, `${titled(one.source)}: ${one.problem}`)
      : h("dl", { class: "facts" }, [[titled(one.source), one.name || "known"], ["Language", otherLanguage(one.language, packet.language)], ["Key", one.key], ...one.fields]
          .filter(([, value]) => value)
          .map(([title, value]) => [h("dt", {}, words(title)), h("dd", {}, grouped(value))]))));
}

// Said only where it is not the one that is spoken already.
function otherLanguage(recorded, spoken) {
  if (!recorded || recorded.split("-")[0] === spoken?.split("-")[0]) return "";
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(recorded);
  } catch {
    return recorded; // no BCP 47 tag: as it is written there
  }
}

export function packetCard(packet) {
  return [
    knownCard(packet),
    packet.summary ? h("p", { class: "summary" }, packet.summary) : null,
    h("div", { class: "what" },
      h("div", {}, h("h3", {}, "Wants"), intentLine(packet)),
      h("div", {}, h("h3", {}, "Why a person"), h("p", {}, REASONS[packet.reason] ?? words(packet.reason)), tries(packet.tries)),
      packet.sentiment !== null && packet.sentiment !== undefined && packet.sentiment < -0.3
        ? h("div", {}, h("h3", {}, "Mood"), h("p", {}, "Upset"))
        : null,
    ),
    slots(packet),
  ];
}

function tries({ no_input, no_match } = {}) {
  const parts = [];
  if (no_match) parts.push(`${no_match}× not understood`);
  if (no_input) parts.push(`${no_input}× silent`);
  return parts.length ? h("p", { class: "faint" }, parts.join(", ")) : null;
}

function slots(packet) {
  const verified = packet.verified_level && packet.verified_level !== "none"
    ? h("p", { class: "verified" }, `Identity verified: ${words(packet.verified_level)}${packet.verified_method ? ` (${words(packet.verified_method)})` : ""}`)
    : h("p", { class: "faint" }, "Identity not verified");
  if (!packet.slots.length) return h("div", {}, h("p", { class: "faint" }, "The caller has given no details yet."), verified);
  return [h("table", { class: "slots" }, h("caption", { class: "sr" }, "Details the caller gave"), h("tbody", {}, packet.slots.map(slotRow))), verified];
}

function slotRow(slot) {
  const mark = slot.confirmed
    ? h("span", { class: "mark good" }, "✓ confirmed")
    : slot.confidence >= SURE
      ? h("span", { class: "mark plain" }, "not confirmed")
      : h("span", { class: "mark doubt" }, `unsure ${percent(slot.confidence)}`);
  return h("tr", {},
    h("th", { scope: "row" }, words(slot.name)),
    h("td", { class: "value" }, grouped(slot.value)),
    h("td", {}, mark, h("small", {}, SOURCES[slot.source] ?? slot.source)),
  );
}

const WHO = { caller: "Caller", bot: "Bot", agent: "Agent" };

// Sentences said in one breath are one line: fewer to read while it rings.
export function joined(lines) {
  const out = [];
  for (const line of lines ?? []) {
    const last = out.at(-1);
    if (line.who === "bot" && last?.who === "bot" && Math.abs(last.at - line.at) < 0.1) {
      out[out.length - 1] = { ...last, text: `${last.text} ${line.text}`, latency_ms: last.latency_ms ?? line.latency_ms };
    } else out.push(line);
  }
  return out;
}

// `figures`: with how each line was understood and how fast it was answered; an agent on a call is
// told only what is doubtful. `onTime` makes each time a button, to jump there in a player.
export function transcript(lines, { figures = false, onTime = null } = {}) {
  if (!lines?.length) return h("p", { class: "faint" }, "Nothing was said yet.");
  return h("ol", { class: "said" }, lines.map((line) =>
    h("li", { class: line.who },
      onTime
        ? h("button", { class: "time", onclick: () => onTime(line.at), title: "Play from here" }, clock(line.at))
        : h("span", { class: "time" }, clock(line.at)),
      h("span", { class: "by" }, WHO[line.who]),
      h("span", { class: "text" }, line.text, figures ? figuresOf(line) : doubtOf(line)),
    ),
  ));
}

function doubtOf(line) {
  const unsure = line.who === "caller" && line.confidence !== null && line.confidence !== undefined && line.confidence < SURE;
  return unsure ? h("small", { class: "mark doubt" }, `heard at ${percent(line.confidence)}`) : null;
}

function figuresOf(line) {
  const notes = [];
  if (line.intent) notes.push(words(line.intent));
  if (line.confidence !== null && line.confidence !== undefined && line.who === "caller") notes.push(`heard at ${percent(line.confidence)}`);
  if (line.latency_ms) notes.push(`answered in ${(line.latency_ms / 1000).toFixed(2)} s`);
  return notes.length ? h("small", {}, notes.join(" · ")) : null;
}

export function facts(pairs) {
  return h("dl", { class: "facts" }, pairs.filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

