// Campaigns with agents behind them: of which kind, whose agents, how they are served, and what who
// answers hears when no agent is free.

import { fill, h } from "./dom.js";

const MODES = [
  ["progressive", "One call for each agent who is free"],
  ["predictive", "Ahead of the agents, as many calls as the law's share of dropped ones allows"],
  ["preview", "The agent sees the person, then it is dialled"],
  ["manual", "The agents pick from the list"],
];

const option = ([value, title]) => h("option", { value }, title);
const queuesOf = (client) => (client?.queues ?? []).map(({ id, name }) => option([id, name]));
const wordsFor = (body, client) => body.words.replace("{client}", client?.name ?? "");

export function drawBehind(body, client, classes) {
  const kinds = h("select", { name: "legal_class" }, classes.map(({ name, title }) => option([name, title])));
  const modes = h("select", { name: "how" }, MODES.map(option));
  fill("texts",
    h("div", { class: "pair" }, h("label", {}, "Kind (its law) ", kinds), h("label", {}, "Whose agents ", h("select", { name: "queue" }))),
    h("label", {}, "How they are served ", modes),
    h("label", {}, "Said to who answers when no agent is free", h("textarea", { name: "dropped", rows: 3 })));
  kinds.value = body.legal_class;
  modes.value = body.mode;
  behindClient(body, client);
}

// The queues and the name in the words are those of the client.
export function behindClient(body, client) {
  const { queue, dropped } = document.forms.compose.elements;
  fill(queue, queuesOf(client));
  if (!dropped.value || dropped.value === dropped.defaultValue) dropped.value = wordsFor(body, client);
  dropped.defaultValue = wordsFor(body, client);
}

export function behindValues() {
  const { queue, dropped, how, legal_class } = document.forms.compose.elements;
  return { mode: how.value, queue: queue.value, words: dropped.value, legal_class: legal_class.value };
}
