// A bot's flow with a day's calls on it. The server draws; the page picks bot and day.

import { get } from "./api.js";
import { byId, fill, h, toggle } from "./dom.js";
import { serverNow, words } from "./format.js";
import { attempt, begin, newest } from "./shell.js";

const DAY = 86400;
const latest = newest();

await begin("flow");
const { bots } = (await attempt(() => get("/api/picture"))) ?? { bots: [] };
fill("bot", bots.map((bot) => h("option", { value: bot }, words(bot))));
byId("day").value = isoDay(new Date((serverNow() - DAY) * 1000));
for (const id of ["bot", "day"]) byId(id).addEventListener("change", draw);
if (bots.length) await draw();
else fill("picture", h("p", { class: "empty" }, "There is no bot to draw: lines name theirs in the configuration file."));

// The browser's own midnight begins a day; two of them are not always 24 hours apart.
async function draw() {
  if (!byId("bot").value || !byId("day").value) return;
  const [year, month, day] = byId("day").value.split("-").map(Number);
  const [since, until] = [day, day + 1].map((n) => new Date(year, month - 1, n).getTime() / 1000);
  const path = `/api/picture/${encodeURIComponent(byId("bot").value)}.svg?since=${since}&until=${until}`;
  await attempt(async () => {
    const text = await latest(() => picture(path));
    if (text === null) return;
    const drawn = new DOMParser().parseFromString(text, "image/svg+xml");
    fill("picture", document.importNode(drawn.documentElement, true));
    toggle("none", !byId("picture").querySelector(".count"));
  });
}

async function picture(path) {
  const answer = await fetch(path, { credentials: "same-origin" });
  if (!answer.ok) throw new Error((await answer.json().catch(() => null))?.message ?? `The server answered ${answer.status}.`);
  return answer.text();
}

function isoDay(date) {
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
}
