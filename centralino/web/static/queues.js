// The wallboard: who waits, for how long, and who could take them.

import { get, post } from "./api.js";
import { fill, h, region, rowsOr } from "./dom.js";
import { keptTerms, LEVELS, percent, serverNow, words } from "./format.js";
import { live } from "./live.js";
import { attempt, begin, houseCloses, linkIs, toast } from "./shell.js";

const MODES = {
  logged_out: "Logged out", not_ready: "Not ready", ready: "Ready", unreachable: "Phone unreachable", reserved: "Ringing",
  ringing: "Ringing", whisper: "Connecting", talking: "On a call", hold: "Caller on hold", wrap_up: "Wrap-up",
};

const me = await begin("queues");
const users = me.pages.includes("users");

const figure = (value, label) => h("p", { class: "count" }, h("b", {}, value), h("span", {}, label));

const drawTotals = region("totals", ({ waiting, longest, free, in: logged, talking }) => [
  figure(String(waiting), waiting === 1 ? "caller waits" : "callers wait"),
  figure(longest ? h("span", { dataset: { since: longest } }) : "–", "longest wait"),
  figure(String(free), "agents free"),
  figure(String(talking), "on calls"),
  figure(String(logged), "logged in"),
]);

const level = (today) => (today && today.service_level !== null ? percent(today.service_level) : "–");

// A bot or a rule asks for what nobody of the queue has: such calls go to anybody of it at once.
const lacking = ({ skill, level, most, calls }) => h("small", { class: "lacks" },
  `Nobody here has ${skill.replaceAll("_", " ")}${level > 1 ? ` ${level}` : ""}${most ? ` (${most} at most)` : ""}: ${calls === 1 ? "1 call" : `${calls} calls`} asked for it`);

const drawQueues = region("queues", (queues) => rowsOr(queues.map((queue) =>
  h("tr", { class: queue.waiting ? "some" : "" },
    h("th", { scope: "row" }, queue.name || words(queue.queue), h("small", {}, queue.client_name), queue.lacked.map(lacking)),
    h("td", { class: "number strong" }, String(queue.waiting), queue.callbacks ? h("small", {}, `+ ${queue.callbacks} to call back`) : null),
    h("td", { class: "number" }, queue.longest_since ? h("span", { dataset: { since: queue.longest_since } }) : "–"),
    h("td", { class: "number" }, `${queue.agents_free} / ${queue.agents_in}`),
    h("td", { class: "number", title: queue.today ? `${queue.today.answered} answered, ${queue.today.abandoned} abandoned today` : "Nobody called today" }, level(queue.today)),
  )), 5, "There is no queue that you may see. Queues stand in the configuration file, as [[queues]]."));

const drawAgents = region("agents", (agents) => rowsOr(agents.map((agent) =>
  h("tr", { dataset: { mode: agent.mode } },
    h("th", { scope: "row" }, agent.name, h("small", {}, agent.client_name)),
    h("td", {}, h("span", { class: "chip" }, h("span", { class: "dot", "aria-hidden": "true" }), MODES[agent.mode]),
      agent.mode === "not_ready" && agent.reason ? h("small", {}, words(agent.reason)) : null,
      agent.after ? h("small", {}, `then: ${words(agent.after)}`) : null),
    h("td", { class: "number" }, h("span", { dataset: { since: agent.since } })),
    h("td", {}, agent.queue_names.join(", ") || "–", ["talking", "hold"].includes(agent.mode) ? h("button", { class: "quiet", onclick: () => listen(agent) }, "Listen") : null),
  )), 4, "There is no agent yet. ", users ? [h("a", { href: "/users" }, "Make one"), ", who can then log in at the page My calls."] : "An administrator makes one on the page Users."));

// The house rings a phone of the supervisor's and joins it; keys on it do the rest.
async function listen(agent) {
  const phone = prompt(`Listen to ${agent.name}: which phone shall ring? Then on its keys: 1 listen, 2 whisper, 3 barge in, 4 take over.`, localStorage.getItem("phone") ?? me.agent?.number ?? "");
  if (!phone) return;
  localStorage.setItem("phone", phone);
  if (await attempt(() => post("/api/supervise", { agent: agent.agent, phone }))) toast("Your phone rings.", "good");
}

const EVERY = 30000; // ms between two looks at the figures of today
let board = [];
let levels = null; // queue → what became of today's callers; null until it was asked for

function drawBoard() {
  drawQueues(board.map((queue) => ({ ...queue, today: levels?.[queue.queue] })));
}

// From this browser's midnight on, counted as was chosen on Figures.
async function readToday() {
  levels = levels ?? {};
  const midnight = new Date(serverNow() * 1000).setHours(0, 0, 0, 0) / 1000;
  try {
    const { queues, terms } = await get(`/api/queues/today?${new URLSearchParams({ since: midnight, ...keptTerms() })}`);
    levels = queues;
    fill("level", `≤ ${terms.threshold} s today`);
    fill("terms", `Today, since midnight: answered within ${terms.threshold} s, ${LEVELS[terms.variant]}. Another count is chosen on Figures.`);
  } catch (error) {
    levels = {}; // no figure rather than an old one; the next look comes soon
    fill("terms", error.message);
  }
  drawBoard();
}
setInterval(readToday, EVERY);

const TALKING = new Set(["whisper", "talking", "hold"]);

live("queues", ({ queues, agents, draining }) => {
  houseCloses(draining);
  const starts = queues.map((queue) => queue.longest_since).filter(Boolean);
  drawTotals({
    waiting: queues.reduce((sum, queue) => sum + queue.waiting, 0),
    longest: starts.length ? Math.min(...starts) : null,
    free: agents.filter((agent) => agent.mode === "ready").length,
    talking: agents.filter((agent) => TALKING.has(agent.mode)).length,
    in: agents.filter((agent) => agent.mode !== "logged_out").length,
  });
  board = queues;
  if (levels === null) readToday();
  drawBoard();
  drawAgents(agents);
}, linkIs);
