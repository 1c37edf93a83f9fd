// Users and agents, for the administrator.

import { get, post, put } from "./api.js";
import { byId, fill, h, toggle } from "./dom.js";
import { words } from "./format.js";
import { attempt, begin, toast } from "./shell.js";

const ROLES = ["agent", "supervisor", "administrator"];

await begin("users");
let choices;
await load();
byId("new").addEventListener("click", () => openForm());

async function load() {
  const data = await attempt(() => get("/api/users"));
  if (!data) return;
  choices = data;
  fill("rows", data.users.map(row));
}

function row(user) {
  const roles = user.administrator ? ["Administrator"] : Object.entries(user.roles).map(([client, names]) => `${names.map(words).join(", ")} – ${choices.clients[client] ?? client}`);
  return h("tr", { class: user.disabled ? "off" : "" },
    h("th", { scope: "row" }, user.full_name || user.name, h("small", {}, user.name)),
    h("td", {}, roles.map((role) => h("div", {}, role))),
    h("td", {}, user.agent ? [h("b", {}, user.agent.number), h("small", {}, user.agent.contact || "own phone")] : "–"),
    h("td", {}, user.agent?.queues.map((queue) => choices.queues[queue]?.name ?? queue).join(", ") || "–"),
    h("td", { class: "actions" }, user.disabled ? h("span", { class: "mark plain" }, "disabled") : actions(user)),
  );
}

function actions(user) {
  const reset = (what, title) => h("button", { class: "quiet", onclick: () => renew(user, what, title) }, title);
  return [
    user.agent ? h("button", { class: "quiet", onclick: () => openForm(user) }, "Edit") : null,
    reset("password", "New password"),
    user.agent ? [reset("pin", "New PIN"), reset("sip", "New phone password")] : null,
    user.me ? null : h("button", { class: "quiet bad", onclick: () => disable(user) }, "Disable"),
  ];
}

async function renew(user, what, title) {
  if (!confirm(`${title} for ${user.full_name || user.name}? The old one stops working at once.`)) return;
  const made = await attempt(() => post(`/api/users/${encodeURIComponent(user.id)}/reset`, { what }));
  if (made) showSecrets(user.full_name || user.name, { [title]: made.value, ...(made.sip_user ? { "Phone user": made.sip_user } : {}) });
}

async function disable(user) {
  if (!confirm(`Disable ${user.full_name || user.name}? They are signed out at once and cannot come back.`)) return;
  await attempt(() => post(`/api/users/${encodeURIComponent(user.id)}/disable`));
  await load();
}

function showSecrets(name, secrets) {
  const dialog = byId("secrets");
  fill(dialog, h("h2", {}, name), h("p", {}, "Shown once. Hand it over now."),
    h("dl", { class: "facts" }, Object.entries(secrets).filter(([, value]) => value).map(([title, value]) => [h("dt", {}, title), h("dd", {}, h("code", {}, value))])),
    h("form", { method: "dialog" }, h("button", { class: "primary" }, "Close")));
  dialog.showModal();
}

// --- the form: a new user, or the settings of an agent

function openForm(user) {
  const form = byId("form");
  const field = (name, label, more = {}) => h("label", {}, label, h("input", { name, autocomplete: "off", ...more }));
  const client = h("select", { name: "client", onchange: () => queuesOf(client.value, user?.agent?.queues ?? []) }, Object.entries(choices.clients).map(([key, name]) => h("option", { value: key }, name)));
  const role = h("select", { name: "role", onchange: () => toggle("agent-fields", role.value === "agent") }, ROLES.map((name) => h("option", { value: name }, name === "administrator" ? "Administrator of the whole centre" : words(name))));
  if (user?.agent) client.value = user.agent.client;
  fill(form,
    h("h2", {}, user ? `${user.full_name || user.name}` : "New user"),
    user ? null : h("div", { class: "pair" }, field("full_name", "Full name", { required: true, maxlength: "80" }), field("name", "Name for sign-in", { required: true, maxlength: "64" })),
    h("div", { class: "pair" }, h("label", { hidden: Boolean(user) }, "Role", role), h("label", { hidden: Boolean(user) }, "Client", client)),
    h("fieldset", { id: "agent-fields" },
      h("legend", {}, "As an agent"),
      h("div", { class: "pair" },
        field("number", "Agent number", { inputmode: "numeric", pattern: "\\d{2,10}", value: user?.agent?.number ?? "" }),
        field("contact", "Contact (empty: the phone registered here)", { value: user?.agent?.contact ?? "", placeholder: "sip:… or a number" })),
      h("div", { id: "queue-boxes", class: "pills" }),
      h("div", { class: "pair" },
        field("skills", "Skills and levels 1–5", { value: pairs(user?.agent?.skills), placeholder: "welsh 3, gas 1" }),
        field("tiers", "Tier in a queue, if not the first", { value: pairs(user?.agent?.tiers), placeholder: "billing 2" })),
      h("label", {}, h("input", { type: "checkbox", name: "nailed_up", checked: Boolean(user?.agent?.nailed_up) }), " The phone is called once at log-in and stays up"),
    ),
    h("div", { class: "row end" },
      h("button", { type: "button", class: "quiet", onclick: () => byId("editor").close() }, "Cancel"),
      h("button", { class: "primary" }, user ? "Save" : "Create")),
  );
  queuesOf(client.value, user?.agent?.queues ?? []);
  form.onsubmit = (event) => {
    event.preventDefault();
    attempt(() => (user ? change(user, form) : create(form)));
  };
  byId("editor").showModal();
}

function queuesOf(client, chosen) {
  const own = Object.entries(choices.queues).filter(([, queue]) => queue.client === client || chosen.includes(queue.id));
  fill("queue-boxes", own.map(([key, queue]) => h("label", {}, h("input", { type: "checkbox", name: "queues", value: key, checked: chosen.includes(key) }), h("span", {}, queue.name))));
}

function agentFields(form) {
  const data = new FormData(form);
  return { number: data.get("number"), contact: data.get("contact"), queues: data.getAll("queues"), skills: numbers(data.get("skills")), tiers: numbers(data.get("tiers")), nailed_up: data.has("nailed_up") };
}

// { welsh: 3, gas: 1 } as "welsh 3, gas 1", and back; a name alone is a 1.
function pairs(of) {
  return Object.entries(of ?? {}).map(([name, number]) => `${name} ${number}`).join(", ");
}

function numbers(text) {
  return Object.fromEntries(text.split(",").map((part) => part.trim().split(/\s+/)).filter(([name]) => name).map(([name, number]) => [name, Number(number ?? 1)]));
}

async function create(form) {
  const data = new FormData(form);
  const role = data.get("role");
  const made = await post("/api/users", {
    name: data.get("name"), full_name: data.get("full_name"), role,
    client: data.get("client"), agent: role === "agent" ? agentFields(form) : null,
  });
  byId("editor").close();
  showSecrets(data.get("full_name"), { "Sign-in name": data.get("name"), Password: made.password, PIN: made.pin, "Phone user": made.sip_user, "Phone password": made.sip_password });
  await load();
}

async function change(user, form) {
  await put(`/api/users/${encodeURIComponent(user.id)}/agent`, agentFields(form));
  byId("editor").close();
  toast("Saved. It holds from the next log-in.", "good");
  await load();
}
