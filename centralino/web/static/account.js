// One's own account: the password.

import { post, setCsrf } from "./api.js";
import { byId } from "./dom.js";
import { attempt, begin, toast } from "./shell.js";

const me = await begin("account");
byId("name").textContent = me.full_name ? `${me.full_name} (${me.name})` : me.name;

byId("password").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  const { old, password, again } = Object.fromEntries(new FormData(form));
  if (password !== again) return toast("The two new passwords differ.");
  attempt(async () => {
    const { csrf } = await post("/api/password", { old, password });
    setCsrf(csrf);
    form.reset();
    toast("Your password is changed. Other browsers are signed out.", "good");
  });
  return undefined;
});
