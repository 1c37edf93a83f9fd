// The call history: a list, and one call with what was said, where it went and how it sounded.

import { get } from "./api.js";
import { byId, fill, h, toggle } from "./dom.js";
import { clock, duration, party, when, words } from "./format.js";
import { journey } from "./journey.js";
import { NotesEditor } from "./notes.js";
import { facts, joined, packetCard, transcript } from "./packet.js";
import { attempt, begin, newest } from "./shell.js";

const OUTCOMES = ["answered", "transferred", "abandoned", "callback", "voicemail", "overflowed", "refused", "failed"];
const GOOD = new Set(["answered", "transferred", "callback", "voicemail"]);
const COLUMNS = ["Time", "Caller", "Line", "Wanted", "Outcome", "Queue", "Agent", "Waited", "Length"];
const NUMBERS = new Set(["Waited", "Length"]);
const latest = newest();

const me = await begin("calls");
const id = decodeURIComponent(location.pathname.split("/")[2] ?? "");
await (id ? one(id) : list());

// --- the list

async function list() {
  toggle("list", true);
  const given = new URLSearchParams(location.search);
  const filter = byId("filter");
  fill(byId("outcome"), h("option", { value: "" }, "Every outcome"), h("option", { value: "open" }, "Going on now"), OUTCOMES.map((name) => h("option", { value: name }, words(name))));
  for (const field of filter.elements) if (field.name && given.has(field.name)) field.value = given.get(field.name);
  filter.addEventListener("change", () => load(query(filter)));
  filter.addEventListener("submit", (event) => {
    event.preventDefault();
    load(query(filter));
  });
  byId("more").addEventListener("click", () => load(query(filter), byId("more").dataset.before));
  await load(query(filter));
}

function query(filter) {
  const search = new URLSearchParams();
  for (const [name, value] of new FormData(filter)) if (value) search.set(name, value);
  history.replaceState(null, "", search.size ? `/calls?${search}` : "/calls");
  return search;
}

async function load(search, before) {
  const asked = new URLSearchParams(search);
  if (before) asked.set("before", before);
  if (asked.has("since")) asked.set("since", String(new Date(`${asked.get("since")}T00:00`).getTime() / 1000));
  const page = await attempt(() => latest(() => get(`/api/calls?${asked}`)));
  if (!page) return;
  if (!before) fill("rows");
  byId("rows").append(...page.calls.map(row));
  toggle("none", !byId("rows").children.length);
  fill("none", search.size ? "No calls fit this filter." : "Nobody has called yet. Dial one of the lines, or try it with centralino call.");
  toggle("more", Boolean(page.before));
  byId("more").dataset.before = page.before ?? "";
}

function row(call) {
  const path = `/calls/${encodeURIComponent(call.id)}`;
  const cells = [
    h("a", { href: path }, when(call.started)), party(call.caller), call.line, words(call.intent),
    outcome(call), call.queue_name, call.agent_name, duration(call.waited), duration(call.duration),
  ];
  return h("tr", { onclick: (event) => event.target.closest("a") || location.assign(path) },
    cells.map((cell, n) => h("td", { class: NUMBERS.has(COLUMNS[n]) ? "number" : null, dataset: { label: COLUMNS[n] } }, cell || "–")));
}

function outcome(call) {
  if (!call.outcome) return h("span", { class: "mark live" }, "going on");
  return h("span", { class: `mark ${GOOD.has(call.outcome) ? "good" : "doubt"}`, title: call.cause ?? "" }, words(call.outcome));
}

// --- one call

async function one(call) {
  toggle("one", true);
  const data = await attempt(() => get(`/api/calls/${encodeURIComponent(call)}`));
  if (!data) return fill("one", h("p", { class: "card" }, "There is no such call, or it is not yours to see. ", h("a", { href: "/calls" }, "Back to the history")));
  data.transcript = joined(data.transcript);
  document.title = `${party(data.call.caller)} – Call history – Centralino`;
  fill("head", heading(data.call));
  const player = recording(data);
  fill("transcript", transcript(data.transcript, { figures: true, onTime: player && ((at) => jump(player, at - data.call.sound_from)) }));
  fill("facts", factsOf(data.call));
  fill("packet", data.packet ? packetCard(data.packet) : h("p", { class: "faint" }, "The bot kept this call; nothing was handed over."));
  fill("journey", journey(data.journey));
  notes(data);
}

function heading(call) {
  return [
    h("a", { class: "back", href: "/calls" }, "← Call history"),
    h("h1", {}, party(call.caller), " ", outcome(call)),
    h("p", { class: "faint" }, [when(call.started), call.intent && words(call.intent), call.queue_name, call.agent_name].filter(Boolean).join(" · ")),
  ];
}

function recording(data) {
  if (!data.recording) {
    fill("player", h("p", { class: "faint" }, "There is no recording of this call."));
    return null;
  }
  const player = h("audio", { controls: true, preload: "metadata", src: data.recording.url });
  const silent = h("p", { class: "faint" }, `Left ear: the caller. Right ear: our side. ${duration(data.recording.seconds)} in all.`);
  player.addEventListener("error", () => fill(silent, "The recording cannot be played."));
  fill("player", player, silent);
  player.addEventListener("timeupdate", () => follow(player, data));
  return player;
}

function jump(player, seconds) {
  player.currentTime = Math.max(0, seconds);
  player.play();
}

// The line that is being heard is marked.
function follow(player, data) {
  const at = data.call.sound_from + player.currentTime;
  const current = data.transcript.findLastIndex((line) => line.at <= at + 0.05);
  [...document.querySelectorAll(".said > li")].forEach((line, n) => line.classList.toggle("heard", n === current && !player.paused));
}

function factsOf(call) {
  const latency = call.latency_p50_ms === null ? "" : `${(call.latency_p50_ms / 1000).toFixed(2)} s half the time, ${(call.latency_p95_ms / 1000).toFixed(2)} s at worst (p95)`;
  return facts([
    ["Line", call.line], ["Client", call.client_name], ["Direction", words(call.direction)],
    ["Began", when(call.started)], ["Answered", call.answered && clock(call.answered)], ["Ended", call.ended && clock(call.ended)],
    ["Length", duration(call.duration)], ["Waited", call.waited === null ? "" : duration(call.waited)],
    ["Queue", call.queue_name], ["Agent", call.agent_name], ["Ended because", call.cause && words(call.cause)],
    ["Turns", call.turns], ["Bot answered in", latency], ["Call", h("code", {}, call.id)], ["SIP Call-ID", call.sip_call_id && h("code", {}, call.sip_call_id)],
  ]);
}

function notes(data) {
  if (data.may_note) return fill("notes", new NotesEditor(data.call.id, data.notes, me.dispositions).element);
  fill("notes", data.notes
    ? [h("p", {}, h("span", { class: "mark plain" }, words(data.notes.disposition) || "No disposition")), h("p", { class: "pre" }, data.notes.text || "No notes.")]
    : h("p", { class: "faint" }, "No notes were taken."));
}
