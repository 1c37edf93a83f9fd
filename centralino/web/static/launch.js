// Launching calls: a ready template, whom it reaches and how long that takes, how it sounds, and go.
// A rehearsal and the real thing never look or ask alike.

import { areaProblem, beginArea, hasArea, peopleChanged, resetArea, wantedAreas } from "./area.js";
import { behindClient, behindValues, drawBehind } from "./behind.js";
import { ApiError, get, post, postForSound } from "./api.js";
import { byId, fill, h, region, toggle } from "./dom.js";
import { clock, serverNow, when, words } from "./format.js";
import { dropRecording, refillAll, whoSays } from "./recorded.js";
import { attempt, toast } from "./shell.js";

const SETTLED = 350; // ms after the last change in which nothing is asked
let options = null;
let chosen = null; // { kind: "notice" | "bot" | "agents", name, body }
let told = null; // the newest answer to a dry run
let asked = 0;
let timer = 0;
let launched = () => {};

const form = byId("compose");
const field = (name) => form.elements[name];
const LANGUAGES = new Intl.DisplayNames(["en"], { type: "language" });
const languageName = (language) => LANGUAGES.of(language);
const many = (count) => `${count.toLocaleString("en-GB")} ${count === 1 ? "person" : "people"}`;
const real = () => field("mode").value === "real";

export async function beginLaunch(after) {
  launched = after;
  await readOptions();
  form.addEventListener("input", soon);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    confirmLaunch();
  });
  byId("call-me").addEventListener("click", callMe);
  byId("close").addEventListener("click", () => choose(null));
  beginArea(() => ({ client: client()?.id ?? "", audience: { groups: groupsChosen() } }));
}

async function readOptions() {
  options = await get("/api/launch");
  drawTemplates([options.messages, options.campaigns, options.agents]);
}

const card = (kind, name, body, what) =>
  h("button", { class: "template", dataset: { kind, name }, onclick: () => choose({ kind, name, body }) },
    h("b", {}, body.name), h("small", {}, what));

const drawTemplates = region("templates", ([messages, campaigns, agents]) => [
  Object.entries(messages).map(([name, body]) => card("notice", name, body, body.texts[body.default].headline)),
  Object.entries(campaigns).map(([name, body]) => card("bot", name, body, body.about)),
  Object.entries(agents).map(([name, body]) => card("agents", name, body, body.about)),
]);

export const drawWaiting = region("waiting", (launches) => launches.map((one) =>
  h("div", { class: "wait-launch", role: "alert" },
    h("b", {}, `“${one.name}” to ${many(one.people)} waits for a second person`),
    h("span", {}, `asked for by ${one.by} at ${clock(one.at)}, `, h("span", { class: "timer", dataset: { since: one.at } }), " ago"),
    h("button", { class: "danger", onclick: () => launchDraft(one) }, "I am the second person…"))));

// Composing.

function choose(one) {
  dropRecording();
  chosen = one;
  told = null;
  toggle(form, Boolean(one));
  for (const button of document.querySelectorAll(".template")) {
    const is = one && button.dataset.name === one.name && button.dataset.kind === one.kind;
    button.setAttribute("aria-pressed", String(Boolean(is)));
  }
  if (!one) return;
  form.reset();
  fill("what", one.body.name);
  fill(field("client"), options.clients.map((client) => h("option", { value: client.id }, client.name)));
  toggle("clients", options.clients.length > 1);
  toggle("hear-first", one.kind !== "agents");
  drawGroups();
  drawTexts();
  resetArea();
  byId("rehearsal").disabled = !options.rehearsal;
  fill("no-rehearsal", options.rehearsal ? "" : "There is no trunk for rehearsals.");
  soon();
  form.scrollIntoView({ block: "nearest" });
}

const client = () => options.clients.find((one) => one.id === field("client").value) ?? options.clients[0];

function drawGroups() {
  const groups = Object.entries(client()?.groups ?? {});
  fill("groups", groups.map(([name, count]) => h("label", {},
    h("input", { type: "checkbox", name: "group", value: name }), h("span", {}, `${name} (${count.toLocaleString("en-GB")})`))));
  const numbers = (chosen.kind === "agents" ? client()?.lines : client()?.numbers) ?? [];
  fill(field("caller_id"), chosen.kind === "agents" ? null : h("option", { value: "" }, "none"), numbers.map((number) => h("option", { value: number }, number)));
}

field("client").addEventListener("change", () => {
  drawGroups();
  if (chosen.kind === "agents") behindClient(chosen.body, client());
  refillAll(client());
});

function drawTexts() {
  if (chosen.kind === "agents") return drawBehind(chosen.body, client(), options.classes);
  if (chosen.kind !== "notice") return fill("texts");
  fill("texts", Object.entries(chosen.body.texts).map(([language, text]) =>
    h("fieldset", { class: "text", dataset: { language } },
      h("legend", {}, `${languageName(language)} `,
        h("button", { type: "button", class: "quiet", onclick: () => listen(language) }, "▶ Hear it")),
      h("label", {}, "First sentence", h("textarea", { name: `headline-${language}`, rows: 2, maxlength: 160 }, text.headline)),
      h("label", {}, "Then", h("textarea", { name: `body-${language}`, rows: 3 }, text.body ?? "")),
      whoSays(language, () => chosen.body.name, client, (one) => {
        soon();
        listen(one);
      }),
      h("div", { class: "player" }))));
}

function texts() {
  return Object.fromEntries(Object.entries(chosen.body.texts).map(([language, text]) => [language,
    { ...text, headline: field(`headline-${language}`).value, body: field(`body-${language}`).value,
      sound: field(`sound-${language}`).value }]));
}

function lines() {
  return field("lines").value.split("\n").map((line) => line.trim()).filter(Boolean);
}

const groupsChosen = () => [...form.querySelectorAll("[name=group]:checked")].map((box) => box.value);

function values(more = {}) {
  const minutes = Number(field("minutes").value);
  const common = {
    name: chosen.body.name, client: client()?.id ?? "", audience: { groups: groupsChosen(), ...wantedAreas() }, lines: lines(),
    caller_id: field("caller_id").value, exercise: !real(),
    expires: minutes ? serverNow() + 60 * minutes : 0, legal_class: chosen.body.legal_class, ...more,
  };
  if (chosen.kind === "bot") return { ...common, bot: chosen.body.bot };
  if (chosen.kind === "agents") return { ...common, ...behindValues() };
  return { ...common, texts: texts(), default: chosen.body.default };
}

const PATHS = { notice: "/api/notices", bot: "/api/campaigns/by-bot", agents: "/api/campaigns/with-agents" };
const path = () => PATHS[chosen.kind];

// Whom it is for, in a line.
function meant() {
  if (lines().length) return "To the list below and nobody else";
  const groups = groupsChosen();
  if (!groups.length && !hasArea()) return "To everybody; choose groups or an area to call fewer";
  return `Only to: ${groups.join(", ") || "everybody"}${hasArea() ? " in the area" : ""}`;
}

function soon() {
  fill("who", meant());
  peopleChanged();
  document.body.classList.toggle("rehearsing", !real());
  asked += 1; // an answer that is still on its way is about something else
  told = null;
  byId("go").disabled = true;
  clearTimeout(timer);
  timer = setTimeout(look, SETTLED);
}

async function look() {
  if (!chosen) return;
  const mine = ++asked;
  try {
    const unfinished = lines().length ? "" : areaProblem();
    if (unfinished) throw new Error(unfinished);
    const answer = await post(path(), values({ dry_run: true }));
    if (mine !== asked) return;
    told = answer;
    drawReach();
  } catch (error) {
    if (mine !== asked) return;
    fill("reach", h("p", { class: "problem" }, error.message));
  }
}

function drawReach() {
  const left = Object.entries(told.left_out);
  fill("reach",
    h("p", { class: "reach" }, h("b", {}, many(told.people)), real() ? " will be called." : " in the rehearsal. No telephone rings."),
    told.trunks ? h("p", {}, arrival(told)) : null,
    told.languages && Object.keys(told.languages).length
      ? h("p", { class: "faint" }, Object.entries(told.languages).map(([one, count]) => `${count.toLocaleString("en-GB")} in ${languageName(one)}`).join(", ")) : null,
    left.length ? h("ul", { class: "left-out" }, left.map(([why, count]) => h("li", {}, `${many(count)} left out: ${why}`))) : null,
    told.warnings.map((text) => h("p", { class: "problem" }, words(text))));
  const go = byId("go");
  go.disabled = !told.people || !told.trunks;
  go.textContent = real() ? `Call ${many(told.people)}…` : "Rehearse…";
  go.className = real() ? "danger" : "primary";
}

function arrival(answer) {
  if (answer.agents === null) return "How long it takes is up to the agents: they choose when somebody is called.";
  if (answer.agents === 0) return "How long it takes cannot be told before its agents are there.";
  if (answer.first_pass_seconds === null) return "How long it takes cannot be told: the trunks have no limit.";
  const done = when(serverNow() + answer.first_pass_seconds);
  const slow = answer.rate < 1;
  const rate = `${Math.round(answer.rate * (slow ? 600 : 10)) / 10} calls a ${slow ? "minute" : "second"}`;
  return `Everybody called once by ${done}, in about ${spell(answer.first_pass_seconds)} (${rate}); those who miss it are called again.`;
}

function spell(seconds) {
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 90) return minutes === 1 ? "a minute" : `${minutes} minutes`;
  return `${Math.round(minutes / 6) / 10} hours`;
}

// Hearing it.

async function listen(language) {
  const player = form.querySelector(`[data-language="${language}"] .player`);
  fill(player, "One moment…");
  const done = await attempt(async () => {
    const sound = await postForSound("/api/notices/sound.wav", { notice: values(), language });
    const audio = h("audio", { controls: true, src: URL.createObjectURL(sound) });
    fill(player, audio);
    await audio.play();
    return true;
  });
  if (!done) fill(player);
}

async function callMe() {
  const number = field("me").value.trim();
  if (!number) return field("me").focus();
  const { kind } = chosen; // another may be chosen before the answer comes
  await attempt(async () => {
    const drafted = await post(path(), values({
      name: `Only to me: ${chosen.body.name}`, lines: [number], audience: {}, exercise: false }));
    if (!drafted.people) throw new ApiError(400, "number", `${number} is no number.`);
    await start(kind, drafted.campaign, {});
    toast(`Calling ${number}, and nobody else.`, "good");
    launched();
  });
}

// Going.

const start = (kind, campaign, proof) => kind === "notice"
  ? post(`/api/notices/${campaign}/launch`, proof)
  : post(`/api/campaigns/${campaign}/start`, {});

function proofFields(glass) {
  if (!options.two_person) return null;
  return [
    h("div", { class: "pair" },
      h("label", {}, "Your number", h("input", { name: "by", required: true, autocomplete: "off", inputmode: "numeric" })),
      h("label", {}, "Your PIN", h("input", { name: "pin", type: "password", required: true, autocomplete: "off" }))),
    glass ? h("details", { class: "glass" },
      h("summary", {}, "No second person can be had"),
      h("label", {}, "Why it cannot wait (it is logged, and raises an alarm)", h("input", { name: "reason", autocomplete: "off" }))) : null,
  ];
}

function proof(target) {
  const of = (name) => target.elements[name]?.value?.trim() ?? "";
  return { by: of("by"), pin: of("pin"), reason: of("reason"), break_glass: Boolean(of("reason")) };
}

function ask(title, kind, body, button, action) {
  const dialog = h("dialog", { class: `ask ${kind}` },
    h("form", { method: "dialog" },
      h("h1", {}, title), body,
      h("div", { class: "row end" },
        h("button", { type: "button", onclick: () => dialog.close() }, "Not now"),
        h("button", { class: kind === "real" ? "danger go" : "primary go" }, button))));
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(async () => {
      await action(event.target);
      dialog.close();
    });
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector("[type=button]").focus();
}

export const askFirst = ask;

function confirmLaunch() {
  if (!told) return;
  const first = chosen.kind === "notice" ? Object.values(texts())[0].headline : chosen.body.about;
  const body = [h("p", { class: "quote" }, first), h("p", {}, `${meant()}.`), h("p", {}, arrival(told)),
    told.warnings.map((text) => h("p", { class: "problem" }, words(text)))];
  if (!real()) {
    ask("Rehearse it? No telephone rings.", "calm", body, "Start the rehearsal", () => go({}));
  } else {
    const two = options.two_person && chosen.kind === "notice";
    ask(`Call ${many(told.people)} now?`, "real", [body, two ? proofFields(true) : null],
      two ? `Yes, call ${many(told.people)}: first person` : `Yes, call ${many(told.people)} now`,
      (target) => go(proof(target)));
  }
}

async function go(proven) {
  const { kind } = chosen;
  const drafted = await post(path(), values());
  const answer = await start(kind, drafted.campaign, proven);
  toast(answer.state === "running" ? "Calling has begun." : `Launch ${answer.state}.`, "good");
  choose(null);
  launched();
}

export function launchDraft(one) {
  const asked = one.by ? h("p", {}, `${one.by} asked for it at ${clock(one.at)}. You must be somebody else.`) : null;
  ask(`Call ${many(one.people)} now?`, "real",
    [h("p", { class: "quote" }, one.name), asked, proofFields(!one.by)],
    `Yes, call ${many(one.people)} now`, async (target) => {
      const answer = await post(`/api/notices/${one.campaign}/launch`, proof(target));
      toast(answer.state === "running" ? "Calling has begun." : `Launch ${answer.state}.`, "good");
      launched();
    });
}
