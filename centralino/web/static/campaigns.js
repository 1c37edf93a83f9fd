// The board of calling out: how far each campaign is, what the trunks answer, and why somebody is not called.

import { get, post } from "./api.js";
import { byId, fill, h, region, rowsOr } from "./dom.js";
import { duration, when, words } from "./format.js";
import { showAnswers } from "./answers.js";
import { askFirst, beginLaunch, drawWaiting, launchDraft } from "./launch.js";
import { attempt, begin, linkIs } from "./shell.js";

const EVERY = 2000;
const BUTTONS = {
  draft: [["start", "Start", ""], ["cancel", "Discard", "quiet"]],
  running: [["pause", "Pause", ""], ["cancel", "Stop…", "danger"]],
  paused: [["start", "Resume", ""], ["cancel", "Stop…", "danger"]],
};
const RANK = { running: 0, paused: 0, draft: 1, over: 2 }; // what can still be stopped stands above what is over
const BUCKETS = ["acknowledged", "heard", "voicemail", "not_reached", "invalid", "unknown"];

await begin("campaigns");
await attempt(() => beginLaunch(() => attempt(look)));

// A button that is drawn anew between press and release is not clicked: figures wait for that.
let pressed = false;
for (const [event, is] of [["pointerdown", true], ["pointerup", false], ["pointercancel", false]]) {
  document.addEventListener(event, () => { pressed = is; });
}

const number = (value) => h("td", { class: "number" }, value);

function left(campaign) {
  const pending = campaign.states.pending ?? 0;
  if (!pending) return "–";
  const minutes = campaign.eta === null ? "" : ` (about ${Math.max(1, Math.round(campaign.eta / 60))} min)`;
  const waits = campaign.state === "running" && campaign.oldest_pending > 1
    ? h("small", {}, `the first waits for ${duration(campaign.oldest_pending)}`) : null;
  return [`${pending}${minutes}`, waits];
}

// The newest first, whatever was done since: a pause moves no other row's button under the pointer.
const rank = (campaign) => RANK[campaign.state] ?? RANK.over;
const inOrder = (campaigns) => [...campaigns].reverse().sort((a, b) => rank(a) - rank(b));

const act = (path, body = {}) => attempt(async () => {
  await post(path, body);
  await look();
});

function ask(campaign, verb) {
  if (verb === "cancel" && campaign.state !== "draft") return cancel(campaign);
  if (verb === "start" && campaign.state === "draft" && campaign.notice && !campaign.exercise) {
    return launchDraft({ campaign: campaign.id, name: campaign.name, people: campaign.recipients });
  }
  act(`/api/campaigns/${campaign.id}/${verb}`);
}

// A notification that is wrong is taken back: everybody who heard it is called again.
function cancel(campaign) {
  const reached = campaign.buckets.acknowledged + campaign.buckets.heard + campaign.buckets.voicemail;
  const why = h("label", {}, "Why", h("input", { name: "why", autocomplete: "off" }));
  const back = campaign.notice && reached
    ? h("label", { class: "check" }, h("input", { type: "checkbox", name: "back", checked: true }),
      ` It is not true any more: call back the ${reached} who heard it, and say so`) : null;
  askFirst(`Stop “${campaign.name}”?`, "real", [h("p", {}, "Nobody else is called; calls that are up go on."), why, back],
    "Stop it", (target) => {
      const taken = campaign.notice && target.elements.back?.checked;
      return act(taken ? `/api/notices/${campaign.id}/cancel` : `/api/campaigns/${campaign.id}/cancel`, { why: target.elements.why.value });
    });
}

const drawCampaigns = region("campaigns", (campaigns) => rowsOr(campaigns.map((campaign) =>
  h("tr", { dataset: { mode: campaign.state } },
    h("th", { scope: "row" }, campaign.exercise ? h("span", { class: "mark plain" }, "Rehearsal") : null, campaign.exercise ? " " : null, campaign.name, h("small", {}, `${words(campaign.legal_class)}, ${campaign.recipients} people`)),
    h("td", {}, words(campaign.state), campaign.why ? h("small", {}, campaign.why) : null,
      campaign.mode ? h("small", {}, `${words(campaign.mode)}, ${campaign.pacing}; ${campaign.abandoned} of ${campaign.answered} who answered had no agent`) : null),
    h("td", { class: "acts" }, (BUTTONS[campaign.state] ?? []).map(([verb, title, kind]) =>
      h("button", { class: kind, onclick: () => ask(campaign, verb) }, title))),
    BUCKETS.map((bucket) => number(campaign.buckets[bucket])),
    number(campaign.helps),
    number(`${campaign.ringing} / ${campaign.up}`),
    number([campaign.reached_per_minute, h("small", {}, `${campaign.placed_per_minute} called`)]),
    number(left(campaign)),
    h("td", {}, campaign.bot ? h("button", { class: "quiet", onclick: () => showAnswers(campaign) }, "Answers") : null,
      h("a", { href: `/api/campaigns/${campaign.id}/results.csv` }, "CSV"), " ",
      h("a", { href: `/api/campaigns/${campaign.id}/audit`, title: "Who did what when, chained" }, "Audit")),
  )), 14, "Nobody is called yet. Choose above what people are to hear, or whose agents are to talk to them."));

const speed = (cps) => (cps < 1 ? `${Math.round(cps * 600) / 10} / min` : `${Math.round(cps * 10) / 10} / s`);

const drawTrunks = region("trunks", (trunks) => rowsOr(trunks.map((trunk) =>
  h("tr", {},
    h("th", { scope: "row" }, trunk.name),
    number(trunk.max_channels ? `${trunk.up} / ${trunk.max_channels}` : trunk.up),
    number(trunk.max_cps ? speed(trunk.max_cps * trunk.factor) : "any"),
    h("td", {}, Object.entries(trunk.statuses).map(([status, times]) => `${status}: ${times}`).join(", ") || "–"),
  )), 4, "There is no trunk, so nobody outside can be called. Name your carrier in the configuration file, as [[trunks]]."));

// A launch that waits has a bar of its own, with a button.
const drawAlarms = region("alarms", (alarms) => alarms.filter((alarm) => !alarm.key.startsWith("second:")).map((alarm) =>
  h("div", { class: "alarm" }, h("b", {}, words(alarm.what)),
    h("span", { class: "timer", dataset: { since: alarm.since } }), h("p", {}, alarm.do))));

async function look() {
  const { campaigns, trunks, alarms, waiting } = await get("/api/campaigns");
  if (pressed) return;
  drawAlarms(alarms);
  drawWaiting(waiting);
  const ordered = inOrder(campaigns);
  drawCampaigns(ordered);
  drawTrunks(trunks);
  choose(ordered);
}

function choose(campaigns) {
  const select = byId("why").elements.campaign;
  if (select.options.length === campaigns.length + 1) return;
  fill(select, h("option", { value: "" }, "any"), campaigns.map((campaign) => h("option", { value: campaign.id }, campaign.name)));
}

byId("why").addEventListener("submit", (event) => {
  event.preventDefault();
  const { campaign, number: field } = event.target.elements;
  attempt(async () => {
    fill("answer");
    const where = campaign.value ? `${campaign.value}/why` : "why";
    const found = await get(`/api/campaigns/${where}?number=${encodeURIComponent(field.value.trim())}`);
    fill("answer", h("p", {}, h("b", {}, `${found.campaign}: `), `${words(found.why)}.`), h("ul", {}, found.attempts.map((one) =>
      h("li", {}, `${when(one.at)} ${words(one.outcome ?? one.state)} (${one.sip_status || "–"})`))));
  });
});

async function keepLooking() {
  try {
    await look();
    linkIs(true);
  } catch {
    linkIs(false);
  }
  setTimeout(keepLooking, EVERY);
}

keepLooking();
