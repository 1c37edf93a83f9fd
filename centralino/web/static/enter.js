// Signing in, and the first administrator's welcome: the two pages that know nobody yet.

import { post } from "./api.js";
import { byId } from "./dom.js";

const form = byId("enter");
const problem = byId("problem");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, password, again } = Object.fromEntries(new FormData(form));
  if (again !== undefined && again !== password) return tell("The two passwords differ.");
  const button = form.querySelector("button");
  button.disabled = true;
  tell("");
  try {
    await post(target(), { name, password });
    location.replace(safe(new URLSearchParams(location.search).get("next")));
  } catch (error) {
    tell(error.message);
    button.disabled = false;
    form.elements.password.select();
  }
  return undefined;
});

// /welcome/<token> answers to /api/welcome/<token>.
function target() {
  return location.pathname.startsWith("/welcome/") ? `/api${location.pathname}` : "/api/sign-in";
}

// Only a path of ours: never another host.
function safe(next) {
  return next && /^\/(?![/\\])/.test(next) ? next : "/";
}

function tell(text) {
  problem.textContent = text;
  problem.hidden = !text;
}
