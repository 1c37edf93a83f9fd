// Doubtful sentences: hear them, say what they mean, see what that changes, take it back.

import { get, post } from "./api.js";
import { byId, fill, h, toggle } from "./dom.js";
import { percent, when, words } from "./format.js";
import { attempt, begin } from "./shell.js";

const LOOK_EVERY = 700; // ms, while something is measured
const LISTENS = 12; // seconds of a recording that are played
let known = { doubts: [], bots: {}, lessons: {} };
let stopAt = null;

await begin("review");
byId("days").addEventListener("change", load);
byId("player").addEventListener("timeupdate", (event) => stopAt !== null && event.target.currentTime > stopAt && event.target.pause());
await load();
await watch();

async function load() {
  const data = await attempt(() => get(`/api/review?days=${byId("days").value}`));
  if (!data) return;
  known = data;
  fill("rows", data.doubts.map(row));
  toggle("none", data.doubts.length === 0);
}

function row(doubt) {
  const titles = known.bots[doubt.bot] ?? {};
  const text = h("input", { name: "text", value: doubt.example, "aria-label": "The sentence to be trained", maxlength: "200", autocomplete: "off" });
  const intent = h("select", { name: "intent", "aria-label": "What it means" },
    h("option", { value: "out_of_scope" }, "None of our business"),
    Object.keys(titles).sort().map((name) => h("option", { value: name }, `${words(name)} – ${titles[name]}`)));
  intent.value = doubt.intent in titles ? doubt.intent : "out_of_scope";
  const teach = h("button", { class: "primary", onclick: () => change(() => post("/api/review/teach", { call: doubt.call, at: doubt.at, intent: intent.value, text: text.value })) }, "Teach");
  return h("tr", {},
    h("td", {}, h("q", {}, doubt.text), h("small", {}, h("button", { class: "quiet", onclick: () => play(doubt), "aria-label": `Play “${doubt.text}”` }, "▶ Play"), " ", h("a", { href: `/calls/${encodeURIComponent(doubt.call)}` }, when(doubt.at)))),
    h("td", {}, words(doubt.intent), " ", h("span", { class: "mark doubt" }, doubt.misrouted ? "wrong department" : percent(doubt.confidence)), doubt.queue ? h("small", {}, `went to ${doubt.queue}`) : null),
    h("td", {}, h("div", { class: "pair" }, text, intent)),
    h("td", { class: "actions" }, teach, h("button", { class: "quiet", title: "Nothing to learn: not shown again", "aria-label": `Leave “${doubt.text}” as it is`, onclick: () => leave(doubt) }, "Leave")),
  );
}

async function play(doubt) {
  const player = byId("player");
  if (!player.src.endsWith(doubt.recording)) player.src = doubt.recording;
  await attempt(async () => {
    stopAt = null;
    player.currentTime = Math.max(0, doubt.offset - 0.5);
    await player.play().catch(() => { throw new Error("There is no recording of this call."); });
    stopAt = doubt.offset + LISTENS;
  });
}

async function leave({ call, at }) {
  await attempt(() => post("/api/review/leave", { call, at }));
  await load();
}

async function change(request) {
  for (const button of document.querySelectorAll("#rows button.primary")) button.disabled = true;
  show({ busy: true, what: "", before: null, after: null, mended: [], broken: [], lesson: null });
  const progress = await attempt(request);
  if (progress) show(progress);
  await load();
  await watch();
}

async function watch() {
  for (;;) {
    const progress = await attempt(() => get("/api/review/progress"));
    if (!progress) return;
    show(progress);
    if (!progress.busy) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
}

function show(progress) {
  const taught = progress.bot || Object.keys(known.lessons).find((bot) => known.lessons[bot]);
  const mayUndo = !progress.busy && known.lessons[taught];
  toggle("progress", progress.busy || Boolean(progress.what) || Boolean(mayUndo));
  const lesson = progress.lesson && [h("q", {}, progress.lesson.text), ` is ${words(progress.lesson.intent).toLowerCase()}`];
  fill("progress",
    h("h2", {}, progress.busy ? "Learning and measuring …" : words(progress.what || "taught before")),
    lesson ? h("p", {}, lesson) : null,
    progress.problem ? h("p", { class: "mark doubt" }, progress.problem) : null,
    progress.after ? figures(progress) : null,
    changes("Now right", progress.mended), changes("Now wrong", progress.broken),
    mayUndo ? h("button", { id: "undo", onclick: () => change(() => post("/api/review/undo", { bot: taught })) }, "Undo the last one") : null,
  );
}

function figures({ before, after }) {
  const rows = [["Understood of what concerns us", "accuracy"], ["Over all intents (macro F1)", "macro_f1"], ["Recognised as none of our business", "oos_recall"], ["Mistaken about its own sureness (less is better)", "ece"]];
  const shown = (value) => (value === null || value === undefined ? "–" : `${(value * 100).toFixed(1)} %`);
  return h("table", { class: "list figures" },
    h("thead", {}, h("tr", {}, ["On the evaluation set", "Before", "After"].map((title, n) => h("th", { scope: "col", class: n ? "number" : null }, title)))),
    h("tbody", {}, rows.map(([title, key]) => h("tr", {}, h("th", { scope: "row" }, title), h("td", { class: "number" }, shown(before?.[key])), h("td", { class: "number" }, shown(after[key]))))));
}

function changes(title, sentences) {
  return sentences.length ? h("p", {}, h("b", {}, `${title}: `), sentences.join(" · ")) : null;
}
