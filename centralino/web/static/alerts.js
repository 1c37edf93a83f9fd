// A notification on the desktop while it rings and the agent looks at something else.

import { h, region, toggle } from "./dom.js";

const REFUSED = "This browser keeps the page's notifications back: allow them in its address bar to be told of calls while you look at something else.";

// The function to be told what rings, as { title, body }, or null once nothing does.
export function desktopAlerts() {
  if (!("Notification" in window)) return () => {};
  let rings;
  let shown;

  const draw = region("alerts", ({ permission }) =>
    permission === "denied"
      ? h("p", { class: "faint" }, REFUSED)
      : h("button", { class: "quiet wide", id: "ask-alerts", onclick: ask }, "Tell me on the desktop when it rings"));

  function show() {
    const { permission } = Notification;
    draw({ permission });
    toggle("alerts", permission !== "granted");
  }

  async function ask() {
    await Notification.requestPermission();
    show();
  }

  function tell() {
    if (!rings || Notification.permission !== "granted" || (document.hasFocus() && !document.hidden)) return;
    try {
      shown = new Notification(rings.title, { body: rings.body, tag: "centralino-rings" }); // in place of the last one
    } catch {
      return; // telephones have the name, and not this
    }
    shown.onclick = () => {
      window.focus();
      end();
    };
  }

  function end() {
    shown?.close();
    shown = undefined;
  }

  addEventListener("blur", tell);
  addEventListener("focus", end);
  document.addEventListener("visibilitychange", tell);
  show();

  return (what) => {
    const same = what?.title === rings?.title && what?.body === rings?.body;
    rings = what;
    if (!what) end();
    else if (!same) tell();
  };
}
