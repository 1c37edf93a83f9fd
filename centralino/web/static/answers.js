// What the calls of a bot came to: results, and each question with its answers and who left there.

import { get } from "./api.js";
import { byId, fill, h, toggle } from "./dom.js";
import { percent, words } from "./format.js";
import { attempt } from "./shell.js";

function bar(share) {
  const made = h("span", { class: "share" });
  made.style.setProperty("--share", `${Math.round(share * 100)}%`);
  return made;
}

function table(rows) {
  const most = Math.max(1, ...rows.map(([, count]) => count));
  return h("table", { class: "answers" }, rows.map(([value, count]) =>
    h("tr", {}, h("th", { scope: "row" }, words(value)), h("td", {}, bar(count / most)), h("td", { class: "number" }, String(count)))));
}

function question(one) {
  const mean = one.mean === null ? "" : `, mean ${one.mean.toFixed(2)}`;
  return h("section", {},
    h("h3", {}, words(one.title)),
    h("p", { class: "faint" }, `${one.answered} of ${one.asked} answered${mean}${one.dropped ? `, ${one.dropped} hung up here` : ""}`),
    Object.keys(one.counts).length ? table(Object.entries(one.counts))
      : h("p", { class: "faint" }, one.answered ? "In their own words: see the CSV of results." : "No answers yet."));
}

export function showAnswers(campaign) {
  attempt(async () => {
    const told = await get(`/api/campaigns/${campaign.id}/statistics`);
    fill("statistics",
      h("h2", {}, `${campaign.name}: answers`),
      h("p", {}, `${told.calls} calls, ${told.talked} talked`, told.completion === null ? "" : `, ${percent(told.completion)} to the end`, ". ",
        h("a", { href: `/api/campaigns/${campaign.id}/statistics.csv` }, "CSV")),
      h("div", { class: "questions" },
        h("section", {}, h("h3", {}, "What they came to"), table(Object.entries(told.results))),
        told.questions.map(question)));
    toggle("statistics", true);
    byId("statistics").scrollIntoView({ block: "nearest" });
  });
}
