// The live socket: one snapshot, then patches; comes back by itself after every cut.

import { signInAgain } from "./api.js";
import { setServerTime } from "./format.js";

const SILENCE = 25_000; // ms without a sign of life after which the line counts as cut
const FIRST_RETRY = 500;
const LAST_RETRY = 8_000;
const SIGNED_OUT = 4401; // our close code: the session has ended

export function live(view, onState, onLink) {
  let state = {};
  let retry = FIRST_RETRY;
  let socket;
  let silence;

  function connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/live?view=${view}`);
    socket.onmessage = ({ data }) => take(JSON.parse(data));
    socket.onclose = ({ code }) => lost(code);
    listen();
  }

  function take(message) {
    listen();
    setServerTime(message.now);
    if (message.type === "alive") return;
    state = message.type === "snapshot" ? message.state : { ...state, ...message.state };
    retry = FIRST_RETRY;
    onLink(true);
    onState(state);
  }

  function lost(code) {
    clearTimeout(silence);
    if (code === SIGNED_OUT) return signInAgain();
    onLink(false);
    setTimeout(connect, retry * (0.5 + Math.random() / 2));
    retry = Math.min(LAST_RETRY, retry * 2);
  }

  function listen() {
    clearTimeout(silence);
    const heard = socket;
    silence = setTimeout(() => abandon(heard), SILENCE);
  }

  // A dead network never closes the socket by itself: it is left, and its late close ignored.
  function abandon(dead) {
    if (dead !== socket) return;
    dead.onclose = dead.onmessage = null;
    dead.close();
    lost(0);
  }

  addEventListener("online", () => socket.readyState === WebSocket.OPEN || abandon(socket));
  connect();
}
