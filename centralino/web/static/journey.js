// Where a call went: in plain words, and every move of the machines behind it for who looks for a fault.

import { h } from "./dom.js";
import { clock, words } from "./format.js";

// room, kind of subject, state it came to → what a person calls that; nothing where it says no more.
const STEPS = {
  "telephony call talking": ({ from }) => ({ offered: "The bot answers", queued: "Back to the bot", referred: "The other house does not take the call" })[from],
  "telephony call referred": () => "Is sent to another house",
  "telephony call ended": () => "Call ends",
  "telephony dial not_dialled": ({ why }) => `Not dialled (${why})`,
  "acd call waiting": ({ from, why }) => (from ? `Waits on: ${why}` : why === "queued" ? "Waits for a person" : `Waits for a person, ${why}`),
  "acd call left": ({ why }) => (why === "hang_up" ? "Caller gives up waiting" : "Leaves the queue"),
  "acd call lost": () => "Lost by a fault of ours",
  "acd call ended": ({ why }) => ({ "by agent": "Agent hangs up", "by caller": "Caller hangs up" })[why],
  "acd dialled waiting": () => "An agent wants this person dialled",
  "acd dialled lost": () => "Lost by a fault of ours",
  "acd dialled ended": ({ why }) => ({ "by agent": "Agent hangs up", "by caller": "The person called hangs up" })[why],
  "acd agent ringing": ({ who }) => `Rings at ${who}`,
  "acd agent whisper": ({ who }) => `${who} picks up`,
  "acd agent talking": ({ who, from }) => (from === "hold" ? `${who} is back with the caller` : `${who} and the caller talk`),
  "acd agent hold": ({ who }) => `${who} puts the caller on hold`,
  "recording recording paused": () => "The agent pauses the recording",
  "recording recording recording": () => "The recording goes on",
  "acd agent idle": ({ who, from }) => (from === "wrap_up" ? `${who} has finished the notes` : undefined),
};

const kind = (row) => row.subject.split(":")[0];
const said = (row) => STEPS[`${row.room} ${kind(row)} ${row.to}`]?.(row);

export function journey(rows) {
  const steps = rows.map((row) => [row.at, said(row)]).filter(([, text]) => text);
  return [
    h("ol", { class: "journey" }, steps.map(([at, text]) => h("li", {}, h("span", { class: "time" }, clock(at)), h("span", {}, text)))),
    rows.length
      ? h("details", {}, h("summary", {}, `Every move (${rows.length})`), h("ol", { class: "journey moves" }, rows.map(move)))
      : h("p", { class: "faint" }, "Nothing was written down of this call."),
  ];
}

function move(row) {
  return h("li", {},
    h("span", { class: "time" }, clock(row.at)),
    h("span", {}, `${words(kind(row))}${row.who ? ` ${row.who}` : ""}: ${row.from || "new"} → ${row.to}`, row.why ? h("small", {}, row.why) : null),
  );
}
