// The board of calling out: how far each campaign is, what the trunks answer, and why somebody is not called.

import { get, post } from "./api.js";
import { byId, fill, h, region } from "./dom.js";
import { words } from "./format.js";
import { attempt, begin, linkIs } from "./shell.js";

const EVERY = 2000;
const BUTTONS = {
  draft: [["start", "Start"], ["cancel", "Cancel"]],
  running: [["pause", "Pause"], ["cancel", "Cancel"]],
  paused: [["start", "Resume"], ["cancel", "Cancel"]],
};
const BUCKETS = ["acknowledged", "heard", "voicemail", "not_reached", "invalid", "unknown"];

await begin("campaigns");

const number = (value) => h("td", { class: "number" }, String(value));

function left(campaign) {
  const pending = campaign.states.pending ?? 0;
  if (!pending) return "–";
  const minutes = campaign.eta === null ? "" : ` (about ${Math.max(1, Math.round(campaign.eta / 60))} min)`;
  return `${pending}${minutes}`;
}

function ask(campaign, verb) {
  if (verb === "cancel" && !confirm(`Cancel “${campaign.name}”? Nobody else is called.`)) return;
  attempt(async () => {
    await post(`/api/campaigns/${campaign.id}/${verb}`, {});
    await look();
  });
}

const drawCampaigns = region("campaigns", (campaigns) => campaigns.map((campaign) =>
  h("tr", { dataset: { mode: campaign.state } },
    h("th", { scope: "row" }, campaign.name, h("small", {}, `${words(campaign.legal_class)}, ${campaign.recipients} people`)),
    h("td", {}, words(campaign.state), campaign.why ? h("small", {}, campaign.why) : null),
    BUCKETS.map((bucket) => number(campaign.buckets[bucket])),
    number(campaign.helps),
    number(`${campaign.ringing} / ${campaign.up}`),
    number(campaign.reached_per_minute),
    number(left(campaign)),
    h("td", {}, (BUTTONS[campaign.state] ?? []).map(([verb, title]) =>
      h("button", { class: "quiet", onclick: () => ask(campaign, verb) }, title)),
      h("a", { href: `/api/campaigns/${campaign.id}/results.csv` }, "CSV")),
  )));

const drawTrunks = region("trunks", (trunks) => trunks.map((trunk) =>
  h("tr", {},
    h("th", { scope: "row" }, trunk.name),
    number(trunk.max_channels ? `${trunk.up} / ${trunk.max_channels}` : trunk.up),
    number(trunk.max_cps ? `${Math.round(trunk.max_cps * trunk.factor * 10) / 10} / s` : "any"),
    h("td", {}, Object.entries(trunk.statuses).map(([status, times]) => `${status}: ${times}`).join(", ") || "–"),
  )));

async function look() {
  const { campaigns, trunks } = await get("/api/campaigns");
  drawCampaigns(campaigns);
  drawTrunks(trunks);
  choose(campaigns);
}

function choose(campaigns) {
  const select = byId("why").elements.campaign;
  if (select.options.length === campaigns.length) return;
  fill(select, campaigns.map((campaign) => h("option", { value: campaign.id }, campaign.name)));
}

byId("why").addEventListener("submit", (event) => {
  event.preventDefault();
  const { campaign, number: field } = event.target.elements;
  attempt(async () => {
    const found = await get(`/api/campaigns/${campaign.value}/why?number=${encodeURIComponent(field.value)}`);
    fill("answer", h("p", {}, found.why), h("ul", {}, found.attempts.map((one) =>
      h("li", {}, `${new Date(one.at * 1000).toLocaleTimeString()} ${words(one.outcome ?? one.state)} (${one.sip_status || "–"})`))));
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
