// What every page has: who is signed in, where one can go, and what went wrong.

import { get, post, setCsrf, signInAgain } from "./api.js";
import { afterDraw, byId, fill, h } from "./dom.js";
import { setServerTime, startTimers } from "./format.js";

const PAGES = [
  ["agent", "/agent", "My calls"],
  ["queues", "/queues", "Queues"],
  ["figures", "/figures", "Figures"],
  ["calls", "/calls", "Call history"],
  ["campaigns", "/campaigns", "Campaigns"],
  ["flow", "/flow", "Flow"],
  ["review", "/review", "Review"],
  ["users", "/users", "Users"],
];

export async function begin(current) {
  const me = await whoAmI();
  setCsrf(me.csrf);
  setServerTime(me.now);
  fill(byId("top"), header(me, current));
  document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  byId("top").after(
    h("div", { id: "link", class: "banner", role: "status", hidden: true }, "Connection lost – what you see may be old. Trying again…"),
    h("div", { id: "closing", class: "banner calm", role: "status", hidden: true }, "The house is closing: no new calls; running calls can finish."),
  );
  houseCloses(me.draining);
  document.body.append(h("div", { id: "toasts", role: "alert" }));
  afterDraw(startTimers());
  return me;
}

async function whoAmI() {
  try {
    return await get("/api/me");
  } catch (error) {
    if (error.status === 401) signInAgain();
    throw error;
  }
}

function header(me, current) {
  const links = PAGES.filter(([key]) => me.pages.includes(key)).map(([key, path, title]) =>
    h("a", { href: path, "aria-current": key === current ? "page" : null }, title),
  );
  return [
    h("a", { class: "brand", href: "/" }, h("img", { src: "/static/mark.svg", alt: "" }), h("span", {}, "Centralino")),
    h("nav", { "aria-label": "Pages" }, links),
    h("div", { class: "who" },
      h("a", { href: "/account", "aria-current": current === "account" ? "page" : null, title: "Your account" }, me.full_name || me.name),
      h("button", { class: "quiet", onclick: signOut }, "Sign out"),
    ),
  ];
}

async function signOut() {
  await attempt(async () => {
    await post("/api/sign-out");
    location.assign("/sign-in");
  });
}

export function linkIs(up) {
  byId("link").hidden = up;
  document.body.classList.toggle("cut", !up);
}

export function houseCloses(soon) {
  byId("closing").hidden = !soon;
}

export function toast(text, kind = "bad") {
  const note = h("p", { class: `toast ${kind}` }, text);
  byId("toasts").append(note);
  setTimeout(() => note.remove(), kind === "bad" ? 8000 : 3500);
}

// Of questions asked one after the other only the newest is answered; the others get null.
export function newest() {
  let asked = 0;
  return async (ask) => {
    const mine = ++asked;
    const answer = await ask();
    return mine === asked ? answer : null;
  };
}

// Runs something a person asked for, and tells when it failed.
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    if (error.status === 401) return signInAgain();
    toast(error.message);
    return undefined;
  }
}
