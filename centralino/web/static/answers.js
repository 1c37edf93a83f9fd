// What the calls of a bot came to: results, and each question with its answers and who left there.

import { get } from "./api.js";
import { byId, fill, h, toggle } from "./dom.js";
import { percent, when, words } from "./format.js";
import { attempt } from "./shell.js";

function bar(share) {
  const made = h("span", { class: "share" });
  made.style.setProperty("--share", `${Math.round(share * 100)}%`);
  return made;
}

function table(rows) {
  const all = rows.reduce((sum, [, count]) => sum + count, 0);
  const most = Math.max(1, ...rows.map(([, count]) => count));
  return h("table", { class: "answers" }, rows.map(([value, count]) =>
    h("tr", {}, h("th", { scope: "row" }, words(value)), h("td", {}, bar(count / most)),
      h("td", { class: "number" }, String(count)), h("td", { class: "number faint" }, percent(count / all)))));
}

function question(campaign, one) {
  const mean = one.mean === null ? "" : `, mean ${one.mean.toFixed(2)}`;
  const counted = Object.entries(one.counts);
  const inWords = one.answered - counted.reduce((sum, [, count]) => sum + count, 0);
  return h("section", {},
    h("h3", {}, words(one.title)),
    h("p", { class: "faint" }, `${one.answered} of ${one.asked} answered${mean}${one.dropped ? `, ${one.dropped} hung up here` : ""}`),
    counted.length ? table(counted) : null,
    inWords ? ownWords(campaign, one.name, inWords) : null,
    one.answered ? null : h("p", { class: "faint" }, "No answers yet."));
}

// What people said themselves, with the call in which it can be heard and read.
function ownWords(campaign, name, count) {
  const place = h("ul", { class: "own-words" });
  const read = h("button", { class: "quiet", onclick: () => attempt(async () => {
    const told = await get(`/api/campaigns/${campaign.id}/words?question=${encodeURIComponent(name)}`);
    read.hidden = true;
    fill(place, told.words.map((one) => h("li", {}, `“${one.said}” `, h("a", { href: `/calls/${one.call}` }, when(one.at)))),
      told.words.length < count ? h("li", { class: "faint" }, `The newest ${told.words.length} of ${count}; the CSV of results has all.`) : null);
  }) }, `Read the ${count} in their own words`);
  return h("div", {}, read, place);
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
        told.questions.map((one) => question(campaign, one))));
    toggle("statistics", true);
    byId("statistics").scrollIntoView({ block: "nearest" });
  });
}
