// The agent's page. Left: my state. Middle: what is known of the call. Right: what to do now.

import { desktopAlerts } from "./alerts.js";
import { get, post } from "./api.js";
import { byId, fill, h, region, toggle } from "./dom.js";
import { drawChoice, drawList } from "./choose.js";
import { clock, duration, party, when, words } from "./format.js";
import { live } from "./live.js";
import { NotesEditor } from "./notes.js";
import { callerName, joined, packetCard, transcript } from "./packet.js";
import { browserPhone } from "./telephone.js";
import { attempt, begin, houseCloses, linkIs, toast } from "./shell.js";

const MODES = {
  logged_out: ["Logged out", "Calls do not reach you."],
  not_ready: ["Not ready", "Calls wait for the others."],
  ready: ["Ready", "The next call is yours."],
  unreachable: ["Phone unreachable", "Your phone is not registered. Calls go to the others."],
  reserved: ["Ringing", "A call is on its way to your phone."],
  ringing: ["Ringing", "Answer on your phone."],
  whisper: ["Connecting", "You hear who calls; any key skips it."],
  talking: ["On a call", "Notes are saved while you type."],
  hold: ["Caller on hold", "The caller hears music."],
  wrap_up: ["Wrap-up", "Finish your notes."],
};
const WITH_CALL = new Set(["reserved", "ringing", "whisper", "talking", "hold", "wrap_up"]);
const RINGS = new Set(["reserved", "ringing"]);
const TITLE = document.title;

const me = await begin("agent");
let now = {};
let editor;

const phone = me.browsers && me.agent ? browserPhone(() => show(now)) : null;
const alertOf = desktopAlerts();
const act = (what, body) => attempt(() => post(`/api/agent/${what}`, body));

// --- my state

const drawState = region("state", ({ agent, reasons, rings }) => {
  const [title, hint] = MODES[agent.mode];
  return [
    h("p", { class: "mode", id: "mode" }, h("span", { class: "dot", "aria-hidden": "true" }), title),
    agent.since ? h("p", { class: "timer big", dataset: { since: agent.since } }) : null,
    h("p", { class: "hint" }, explain(agent, hint, rings)),
    agent.away ? h("p", { class: "hint", id: "away" }, `From ${clock(agent.away.from)} to ${clock(agent.away.to)} calls could not reach you. Your phone: ${agent.away.why}.`) : null,
    primary(agent),
    choices(agent, reasons),
    agent.contact ? h("p", { class: "faint phone" }, "Phone ", h("b", {}, party(agent.contact)), phoneState(agent)) : null,
  ];
});

function phoneState(agent) {
  if (agent.reachable) return agent.nailed_up ? " – up" : "";
  return ` – ${agent.phone_why || "unreachable"}`;
}

function explain(agent, hint, rings) {
  if (agent.mode === "unreachable" && agent.phone_why) return `Your phone: ${agent.phone_why}. Calls go to the others.`;
  if (agent.mode === "ringing" && rings) return "Answer on this page.";
  if (agent.mode === "ringing" && agent.nailed_up) return "You are connected at the beep.";
  if (agent.mode !== "not_ready") return hint;
  if (agent.reason === "no answer") return "A call rang and was not answered, so you were set not ready.";
  if (agent.reason === "phone trouble") return "Your phone could not be reached, so you were set not ready.";
  return agent.reason ? words(agent.reason) : hint;
}

function primary(agent) {
  if (agent.mode === "logged_out") return h("button", { class: "primary", id: "login", onclick: () => act("log-in") }, "Log in", h("small", {}, party(me.agent.contact)));
  if (agent.mode === "not_ready") return h("button", { class: "primary go", id: "ready", onclick: () => act("ready"), "aria-keyshortcuts": "Alt+Shift+R" }, "Go ready");
  if (agent.mode === "unreachable") return h("button", { class: "primary", id: "ready", onclick: () => act("ready") }, "Try my phone again");
  if (agent.after) return h("button", { class: "primary", id: "ready", onclick: () => act("ready") }, "Stay ready after this call");
  return null;
}

function choices(agent, reasons) {
  if (agent.mode === "logged_out") return null;
  const busy = WITH_CALL.has(agent.mode);
  const chosen = agent.after || (agent.mode === "not_ready" ? agent.reason : "");
  const label = busy ? "After this call" : "Not ready";
  const pill = (name) => h("button", { class: "pill", "aria-pressed": String(name === chosen), onclick: () => act("not-ready", { reason: name }) }, words(name));
  return h("div", { class: "choices", role: "group", "aria-label": label },
    h("h3", {}, label),
    h("div", { class: "row" }, reasons.map(pill)),
    h("button", { class: "quiet wide", id: "logout", "aria-pressed": String(agent.after === "log out"), onclick: () => act("log-out") }, busy ? "Log out after this call" : "Log out"),
  );
}

// --- the queues I serve

const drawQueues = region("queues", ({ queues, out }) =>
  queues.length
    ? h("table", { class: "mini" }, h("tbody", {}, queues.map((queue) =>
        h("tr", { class: queue.waiting ? "some" : "" },
          h("th", { scope: "row" }, queue.name || words(queue.queue)),
          h("td", { class: "number" }, String(queue.waiting)),
          h("td", { class: "number" }, queue.longest_since ? h("span", { dataset: { since: queue.longest_since } }) : "–"),
        ))))
    : h("p", { class: "faint" }, out ? "Log in to see who waits." : "You serve no queue yet: an administrator gives you some on the page Users."),
);

// --- the call

const drawBand = region("band", ({ mode, contact, agent }) => {
  const packet = contact.packet;
  const name = callerName(packet);
  const number = party(packet?.caller ?? "");
  return [
    h("div", { class: "who-calls" },
      h("p", { class: "kicker" }, MODES[mode][0], " · ", contact.queue_name || words(contact.queue), contact.client_name ? ` · ${contact.client_name}` : "", contact.campaign ? ` · ${contact.campaign}` : ""),
      h("h1", {}, name || number),
      h("p", { class: "sub" }, [name ? number : null, packet?.language ? words(new Intl.DisplayNames(["en"], { type: "language" }).of(packet.language)) : null, packet?.line ? `${contact.campaign ? "we called from" : "dialled"} ${party(packet.line)}` : null].filter(Boolean).join(" · ")),
      contact.pop ? h("p", { class: "sub" }, h("a", { id: "pop", href: contact.pop, target: "centralino-screen-pop", rel: "noreferrer" }, "Open the record")) : null,
    ),
    h("div", { class: "counts" },
      packet?.priority > 0 ? h("p", { class: "badge", title: `${packet.priority} s of head start` }, "Priority") : null,
      contact.waiting_since
        ? h("p", { class: "count" }, h("b", { dataset: { since: contact.waiting_since } }), h("span", {}, "waiting"))
        : h("p", { class: "count" }, h("b", {}, duration(contact.waited)), h("span", {}, "waited")),
      mode === "wrap_up" && agent.wrap_up_until
        ? h("p", { class: "count" }, h("b", { dataset: { until: agent.wrap_up_until } }), h("span", {}, "left"))
        : h("p", { class: "count" }, h("b", { dataset: { since: agent.since } }), h("span", {}, RINGS.has(mode) ? "ringing" : "on the line")),
    ),
    mode === "wrap_up" && agent.wrap_up_until ? h("div", { class: "bar" }, h("i", { dataset: { from: agent.since, to: agent.wrap_up_until } })) : null,
  ];
});

const drawPacket = region("packet", (packet) => (packet ? packetCard(packet) : h("p", { class: "faint" }, "Nothing is known of this call.")));
const drawEarlier = region("earlier", (calls) => (calls?.length ? [
  h("h2", {}, "Called before"),
  h("ul", {}, calls.map((call) => h("li", {}, when(call.started), " · ",
    [words(call.intent), call.queue_name, call.agent_name, words(call.outcome ?? "")].filter(Boolean).join(" · ")))),
] : []));
const drawSaid = region("said", (lines) => transcript(lines));

// What may be done with a contact, by how it stands.
const ALONE = ["return", "Back to the caller"];
const LEAVE = ["complete", "Complete the transfer"];
const WISHES = {
  talking: [["end", "End the call"], ["hold", "Hold", "Alt+Shift+H"]],
  hold: [["retrieve", "Back to the caller", "Alt+Shift+H"], ["end", "End the call"]],
  calling: [ALONE, ["complete", "Transfer without waiting"]],
  consult: [LEAVE, ["swap", "Swap"], ["join", "Conference"], ALONE],
  swapped: [LEAVE, ["swap", "Swap"], ["join", "Conference"], ALONE],
  conference: [["complete", "Leave the two"], ["return", "Alone with the caller"]],
  colleagues: [["return", "Hang up"]],
};
const STANDS = {
  calling: "The caller is on hold; the other telephone rings.",
  consult: "The caller is on hold; you talk with your colleague.",
  swapped: "You talk with the caller; your colleague is on hold.",
  conference: "All three of you hear each other.",
  colleagues: "The caller has hung up.",
  consulted: "A colleague asks you about this call. The caller may be on hold.",
};

// Whom to ask, read when the agent wants to: `asking` is the contact for which it was read.
let asking = { offer: "", agents: [], tasks: [] };

async function ask(offer) {
  const found = await attempt(() => get(`/api/agent/colleagues?offer=${encodeURIComponent(offer)}`));
  asking = { offer, agents: found?.agents ?? [], tasks: found?.tasks ?? [] };
  show(now);
}

function whom({ offer, transfer, queue }) {
  if (asking.offer !== offer) return [h("button", { class: "quiet wide", id: "consult", "aria-keyshortcuts": "Alt+Shift+C", onclick: () => ask(offer) }, "Ask a colleague, or call outside…")];
  const consult = (to) => act("consult", { offer, ...to });
  const person = ({ agent, name, number, free }) => h("button", { class: "pill", disabled: !free, title: free ? "" : "not free", onclick: () => consult({ agent }) }, `${name} ${number}`);
  const queues = [...(queue ? [{ queue, name: "this queue" }] : []), ...(transfer ?? [])];
  const number = h("input", { id: "number", type: "tel", "aria-label": "Number outside", placeholder: "Number outside", maxlength: "40" });
  return [
    h("h3", {}, "Ask"),
    h("div", { class: "row", id: "colleagues" }, asking.agents.map(person), queues.map((each) => h("button", { class: "pill", onclick: () => consult({ queue: each.queue }) }, `Somebody of ${each.name || words(each.queue)}`))),
    h("div", { class: "row" }, number,
      h("button", { class: "quiet", id: "call-out", onclick: () => consult({ number: number.value.trim() }) }, "Call"),
      h("button", { class: "quiet", id: "send-out", onclick: () => consult({ number: number.value.trim(), blind: true }) }, "Transfer without waiting")),
    asking.tasks.length ? h("h3", {}, "Give to the bot, and back to you") : null,
    asking.tasks.length ? h("div", { class: "row", id: "tasks" }, asking.tasks.map(({ task, title }) => h("button", { class: "pill", onclick: () => act("task", { offer, task }) }, title))) : null,
  ];
}

const RECORDS = new Set(["talking", "hold", "swapped", "conference"]);

function wishes({ offer, talk, paused }) {
  const recording = paused ? ["resume", "Record again"] : ["pause", "Pause recording"];
  const button = ([wish, label, keys]) => h("button", { class: "quiet", id: wish, "aria-keyshortcuts": keys, onclick: () => act("contact", { offer, wish }) }, label);
  return [
    h("div", { class: "row", role: "group", "aria-label": "Call" }, [...(WISHES[talk] ?? []), ...(RECORDS.has(talk) ? [recording] : [])].map(button)),
    STANDS[talk] ? h("p", { class: "hint", id: "stands" }, STANDS[talk]) : null,
    paused ? h("p", { class: "mark doubt", id: "paused" }, "Nothing is recorded now.") : null,
  ];
}

const drawTodo = region("todo", ({ mode, offer, transfer, talk, paused, queue, rings, here }) => {
  if (RINGS.has(mode)) {
    return [
      rings ? h("button", { class: "primary go wide", id: "answer", "aria-keyshortcuts": "Alt+Shift+A", onclick: phone.pickUp }, "Answer") : h("p", { class: "answer" }, "Pick up your phone to answer."),
      h("button", { class: "danger wide", id: "decline", "aria-keyshortcuts": "Alt+Shift+D", onclick: () => act("decline", { offer }) }, "Decline"),
      me.decline_reasons.length ? h("div", { class: "row", role: "group", "aria-label": "Decline because" }, me.decline_reasons.map((reason) => h("button", { class: "pill", onclick: () => act("decline", { offer, reason }) }, words(reason)))) : null,
      h("p", { class: "faint" }, "The caller keeps the place and goes to the next free agent."),
    ];
  }
  if (mode === "wrap_up") return [h("button", { class: "primary wide", id: "done", onclick: done, "aria-keyshortcuts": "Control+Enter" }, "Done"), h("p", { class: "faint" }, "Ctrl + Enter"), h("button", { class: "quiet wide", id: "more-time", onclick: () => act("more-time", { seconds: 60 }) }, "One more minute")];
  if (mode === "talking" || mode === "hold") {
    return [
      ...wishes({ offer, talk, paused }),
      ...(talk === "talking" || talk === "hold" ? whom({ offer, transfer, queue }) : []),
      ...(transfer?.length && (talk === "talking" || talk === "hold") ? [
      h("h3", {}, "Transfer to"),
      h("div", { class: "row", id: "transfer" }, transfer.map((queue) => h("button", { class: "pill", onclick: () => act("transfer", { offer, queue: queue.queue }) }, queue.name || words(queue.queue)))),
      h("p", { class: "faint" }, "The caller waits there with everything that is known; your wrap-up begins."),
      ] : []),
    ];
  }
  if (mode !== "whisper") return null;
  return [h("p", { class: "answer" }, "You hear who is calling…"), here ? h("button", { class: "quiet wide", id: "skip", onclick: phone.skip }, "Skip") : null];
});

function edit(contact, mode) {
  if (editor?.call !== contact?.call) {
    editor?.leave();
    editor = contact ? new NotesEditor(contact.call, contact.notes, contact.dispositions ?? me.dispositions, contact.packet?.summary, contact.suggested) : undefined;
    fill("work", editor?.element ?? []);
  }
  toggle("work", Boolean(editor) && !RINGS.has(mode));
}

async function done() {
  if (!editor.confirm()) {
    toast("Choose how the call ended first.");
    editor.dispositions.querySelector("input")?.focus();
    return;
  }
  if (await editor.save()) await act("done");
  else toast("Your notes could not be saved; they are still here.");
}

// --- between calls

async function drawRecent() {
  const page = await attempt(() => get("/api/calls?mine=1&limit=8"));
  if (!page) return;
  fill("recent", page.calls.length
    ? h("table", { class: "list" },
        h("thead", {}, h("tr", {}, ["Time", "Caller", "Wanted", "Length", "Ended as"].map((title) => h("th", { scope: "col" }, title)))),
        h("tbody", {}, page.calls.map((call) => h("tr", {},
          h("td", {}, h("a", { href: `/calls/${encodeURIComponent(call.id)}` }, when(call.started))),
          h("td", {}, party(call.caller)),
          h("td", {}, words(call.intent)),
          h("td", {}, duration(call.duration)),
          h("td", {}, call.disposition ? words(call.disposition) : h("span", { class: "mark doubt" }, "not said yet")),
        ))))
    : h("p", { class: "faint" }, "You have had no calls yet."));
}

// --- all of it

function show(state) {
  const before = now.agent?.mode;
  now = state;
  const { agent, contact } = state;
  if (!agent) return; // the telephone spoke first
  houseCloses(state.draining);
  const mode = agent.mode;
  const busy = WITH_CALL.has(mode) && Boolean(contact);
  document.body.dataset.mode = mode;
  drawState({ agent, reasons: me.reasons, rings: phone?.state === "ringing" });
  drawQueues({ queues: state.queues, out: mode === "logged_out" });
  const choose = busy ? null : state.choose;
  drawChoice(choose && { person: choose.person, ended: choose.ended });
  toggle("choice", Boolean(choose?.person || choose?.ended));
  drawList(choose?.list ?? []);
  toggle("call-list", Boolean(choose?.list?.length));
  toggle("idle", !busy);
  toggle("contact", busy);
  phone?.withCall(busy, contact?.offer);
  if (busy) {
    drawBand({ mode, contact: { ...contact, notes: null }, agent });
    drawEarlier(contact.earlier);
    toggle("earlier", Boolean(contact.earlier?.length));
    drawPacket(contact.packet && { ...contact.packet, transcript: [] });
    drawSaid(joined(contact.packet?.transcript));
    drawTodo({ mode, offer: contact.offer, transfer: contact.transfer_to, talk: contact.talk, paused: contact.paused, queue: contact.queue, asked: asking.offer, rings: phone?.state === "ringing", here: phone?.state === "up" });
  }
  if (busy) popUp(mode, contact);
  edit(busy && !contact.asked ? contact : undefined, mode);  // notes are of one's own calls
  tellTab(mode, contact);
  alertOf(whatRings(agent, contact));
  if (before !== mode && !busy) drawRecent();
}

// Another program's record of the caller, once a call and before it is answered. Browsers that keep
// the window shut leave the link in the band.
let popped;

function popUp(mode, contact) {
  if (!RINGS.has(mode) || !contact.pop || popped === contact.call) return;
  popped = contact.call;
  open(contact.pop, "centralino-screen-pop");
}

// The tab itself tells that it rings: agents work in other windows, too.
function tellTab(mode, contact) {
  const rings = RINGS.has(mode);
  document.title = rings ? `● ${callerName(contact?.packet) || "Ringing"} – ${contact?.queue_name ?? ""}` : `${MODES[mode][0]} – ${TITLE}`;
  const icon = rings ? "/static/mark-ringing.svg" : "/static/mark.svg";
  if (byId("icon").getAttribute("href") !== icon) byId("icon").setAttribute("href", icon);
  const said = rings ? `Call from ${callerName(contact?.packet) || party(contact?.packet?.caller)}: ${words(contact?.packet?.intent?.name ?? "")}` : "";
  if (byId("announce").textContent !== said) byId("announce").textContent = said;
}

// A leg that stands does not ring: its agent hears the beep.
function whatRings({ mode, nailed_up }, contact) {
  if (RINGS.has(mode) && !nailed_up) {
    const { packet, queue_name } = contact ?? {};
    const title = callerName(packet) || party(packet?.caller) || "A call";
    return { title, body: [queue_name, words(packet?.intent?.name ?? "")].filter(Boolean).join(" – ") };
  }
  return phone?.state === "ringing" ? { title: "Your telephone rings", body: "" } : null;
}

addEventListener("keydown", (event) => {
  const mode = now.agent?.mode;
  if (event.ctrlKey && event.key === "Enter" && mode === "wrap_up") done();
  if (!event.altKey || !event.shiftKey) return;
  if (event.code === "KeyR") byId("ready")?.click();
  if (event.code === "KeyA") (byId("answer") ?? byId("pick-up"))?.click();
  if (event.code === "KeyM") byId("mute")?.click();
  if (event.code === "KeyD") byId("decline")?.click();
  if (event.code === "KeyC") byId("consult")?.click();
  if (event.code === "KeyL") byId("choice-dial")?.click();
  if (event.code === "KeyH") (byId("hold") ?? byId("retrieve"))?.click();
});
addEventListener("beforeunload", () => editor?.leave());

live("agent", show, linkIs);
