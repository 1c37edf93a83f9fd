// Figures of a day: what came, how fast it was answered, how agents' time went.

import { get } from "./api.js";
import { byId, fill, h, rowsOr, toggle } from "./dom.js";
import { clock, day, duration, keptTerms, keepTerms, LEVELS, percent, words } from "./format.js";
import { attempt, begin, newest } from "./shell.js";

const EXITS = ["answered", "abandoned", "overflowed", "callback", "voicemail", "left", "lost", "waiting", "offered"];
const DAY = 86400;
const latest = newest();

const share = (value) => (value === null ? "–" : percent(value));
const seconds = (value) => (value === null ? "–" : duration(value));
const number = (text) => h("th", { scope: "col", class: "number" }, text);
const cell = (value) => h("td", { class: "number" }, String(value));
const count = (value, label) => h("p", { class: "count" }, h("b", {}, String(value)), h("span", {}, label));

await begin("figures");

const filter = byId("filter");
fill(byId("variant"), Object.entries(LEVELS).map(([value, text]) => h("option", { value }, text)));
const given = new URLSearchParams({ ...keptTerms(), ...Object.fromEntries(new URLSearchParams(location.search)) });
filter.elements.day.value = new Date().toLocaleDateString("sv");
for (const field of filter.elements) if (field.name && given.has(field.name)) field.value = given.get(field.name);
filter.addEventListener("change", load);
filter.addEventListener("submit", (event) => { event.preventDefault(); load(); });
await load();

async function load() {
  const fields = Object.fromEntries(new FormData(filter));
  history.replaceState(null, "", `/figures?${new URLSearchParams(fields)}`);
  keepTerms(fields);
  const since = new Date(`${fields.day}T00:00`).getTime() / 1000;
  const asked = new URLSearchParams({
    since, until: since + fields.days * DAY, by: fields.by, threshold: fields.threshold, variant: fields.variant,
  });
  byId("csv").href = `/api/figures?${asked}&format=csv`;
  const found = await attempt(() => latest(() => get(`/api/figures?${asked}`)));
  if (found) draw(found, fields.by);
}

function draw({ rows, total, agents, callbacks, first_contact: first, problems, terms }, by) {
  toggle("problems", problems.length > 0);
  fill("problems", problems.length ? `These figures do not add up: ${problems[0]}` : "");
  fill("totals",
    count(total.offered, "calls in queues"),
    count(share(total.service_level), `answered within ${terms.threshold} s`),
    count(seconds(total.asa), "mean wait of the answered"),
    count(share(total.abandon_rate), "abandoned"),
    count(seconds(total.aht), "mean handling time"),
    count(share(total.transfer_rate), "given on by the agent"),
    count(share(first), "did not call again within 7 days"));
  fill("callbacks", callbacks.asked === 0 ? [] : [
    count(callbacks.asked, "callbacks asked for"),
    ...Object.entries(callbacks.became).map(([became, number]) => count(number, words(became))),
    count(share(callbacks.success), "of those that are over were answered"),
    count(seconds(callbacks.delay), "from asking to the answer")]);
  const exits = EXITS.filter((exit) => total.exits[exit]);
  fill("columns", h("tr", {}, h("th", { scope: "col" }, ""), number("Calls"), number(`≤ ${terms.threshold} s`), number("Wait"), number("Longest"),
    number("Gave up"), number("Handling"), exits.map((exit) => number(words(exit)))));
  fill("rows", rows.map((row) => h("tr", {},
    h("th", { scope: "row" }, named(row, by)),
    cell(row.offered), cell(share(row.service_level)), cell(seconds(row.asa)), cell(duration(row.longest_wait)),
    cell(share(row.abandon_rate)), cell(seconds(row.aht)), exits.map((exit) => cell(row.exits[exit] ?? 0)))));
  toggle("none", rows.length === 0);
  toggle("estimates", total.estimates.n > 0);
  fill("foretold", [...rows, { ...total, key: null }].filter((row) => row.estimates.n > 0).map((row) => foretold(row, by)));
  fill("agents", rowsOr(agents.map(agent), 10, "No agent was logged in in this time."));
}

function agent({ name, times, reasons, occupancy, adherence }) {
  const spent = (doing) => cell(duration(times[doing] ?? 0));
  const why = Object.entries(reasons).map(([reason, length]) => `${words(reason) || "no reason"} ${duration(length)}`);
  return h("tr", {}, h("th", { scope: "row" }, name), spent("available"), spent("ringing"), spent("talking"), spent("hold"), spent("wrap_up"),
    spent("not_ready"), h("td", {}, why.join(", ") || "–"), cell(share(occupancy)), cell(share(adherence)));
}

function foretold({ estimates, ...row }, by) {
  const { n, within, sooner, later, error, off } = estimates;
  const side = Math.abs(off) < 1 ? "" : off > 0 ? " longer" : " shorter";
  return h("tr", {}, h("th", { scope: "row" }, row.key === null ? "All" : named(row, by)), cell(n), cell(share(within)), cell(share(sooner)), cell(share(later)),
    cell(seconds(error)), cell(`${seconds(Math.abs(off))}${side}`));
}

function named(row, by) {
  if (by === "interval") return `${day(Number(row.key))} ${clock(Number(row.key)).slice(0, 5)}`;
  return by === "intent" ? words(row.key) || "not known" : row.name || "nobody";
}
