// Campaigns in which the agent decides who is called: the person shown, or a list to pick from.

import { post } from "./api.js";
import { h, region } from "./dom.js";
import { party, serverNow, words } from "./format.js";
import { attempt } from "./shell.js";

const act = (what, body) => attempt(() => post(`/api/agent/${what}`, body));

const THEN = {
  not_ready: "If you do not choose, you are set not ready.",
  skip: "If you do not choose, the next person is shown.",
  dial: "If you do not choose, this person is dialled.",
};

const often = (calls) => (calls === 1 ? "once" : `${calls} times`);
const before = ({ calls, why }) => (calls ? `called ${often(calls)} before${why ? `: ${words(why)}` : ""}` : "not called yet");
const known = ({ known }) => Object.entries(known).filter(([name]) => name !== "name");

// Why the last one was not had; whoever was had is in the list of calls.
const ENDED = (ended) => (ended ? h("p", { class: "hint", id: "choice-ended" }, `${ended.name}: ${words(ended.outcome)}.`) : null);

export const drawChoice = region("choice", (choose) => {
  const person = choose?.person;
  if (!person) return [ENDED(choose?.ended)];
  const { recipient } = person;
  const again = h("input", { type: "datetime-local", id: "choice-again", "aria-label": "Call again at" });
  const laterAt = (at) => act("skip", { recipient, again_at: at });
  const later = () => {
    const at = new Date(again.value).getTime() / 1000;
    if (at) laterAt(at);
    else again.focus();
  };
  return [
    ENDED(choose.ended),
    h("p", { class: "kicker" }, "Call next · ", person.campaign),
    h("h1", { id: "choice-name" }, person.name || party(person.number)),
    h("p", { class: "sub" }, [person.name ? party(person.number) : null, before(person)].filter(Boolean).join(" · ")),
    known(person).length ? h("dl", { class: "facts" }, known(person).flatMap(([name, value]) => [h("dt", {}, words(name)), h("dd", {}, value)])) : null,
    person.taken ? h("p", { class: "answer", id: "choice-waits" }, "Waits for a line: your phone comes first, then it rings.") : null,
    h("div", { class: "row", role: "group", "aria-label": "Call" },
      person.taken ? null : h("button", { class: "primary go", id: "choice-dial", "aria-keyshortcuts": "Alt+Shift+L", onclick: () => act("dial", { recipient }) }, "Call"),
      h("button", { id: "choice-skip", onclick: () => act("skip", { recipient }) }, "Skip")),
    h("div", { class: "row later", role: "group", "aria-label": "Call later" },
      h("button", { class: "quiet", onclick: () => laterAt(serverNow() + 3600) }, "In an hour"),
      h("button", { class: "quiet", onclick: () => laterAt(serverNow() + 86_400) }, "Tomorrow at this time"),
      again,
      h("button", { class: "quiet", id: "choice-later", onclick: later }, "Call then")),
    person.until && !person.taken ? h("p", { class: "faint" }, h("b", { dataset: { until: person.until } }), " ", THEN[person.then]) : null,
  ];
});

export const drawList = region("listed", (people) => h("table", { class: "list" },
  h("thead", {}, h("tr", {}, ["Name", "Number", "So far", ""].map((title) => h("th", { scope: "col" }, title)))),
  h("tbody", {}, people.map((person) => h("tr", {},
    h("td", {}, person.name || "–"),
    h("td", {}, party(person.number)),
    h("td", {}, before(person)),
    h("td", {}, h("button", { class: "pill", onclick: () => act("dial", { recipient: person.recipient }) }, "Call")))))));
