// This browser as the agent's telephone. The page's socket says that it is there; sound goes by
// WebRTC to the house. Nothing of the microphone leaves the browser but in a call.

import { signInAgain } from "./api.js";
import { byId, h, region, toggle } from "./dom.js";

const WANTED = "centralino-telephone"; // in this tab's storage: a page loaded again is the telephone again
const FIRST_RETRY = 500;
const LAST_RETRY = 8_000;
const GATHER = 1_500; // ms for addresses behind NAT to be found
const SIGNED_OUT = 4401;
const STATES = {
  off: "Your calls come to your own telephone.",
  starting: "Connecting…",
  ready: "Calls ring here.",
  ringing: "Ringing.",
  up: "In a call.",
  lost: "The telephone is cut off. Trying again…",
};
const INSECURE = "Browsers give the microphone to pages on https and on localhost only: ask for an https address of this page.";
const WHY = {
  NotAllowedError: "The microphone was refused: allow it for this page in the browser's address bar, then try again.",
  NotFoundError: "No microphone was found: plug one in, then try again.",
  NotReadableError: "The microphone is in use by another program: close that, then try again.",
};

export function browserPhone(changed) {
  const phone = { state: "off", pickUp: () => say({ pick_up: true }), skip: () => press("1"), withCall };
  const ear = h("audio", { id: "ear", autoplay: true });
  let mic; // the microphone's track
  let peer; // the connection whose sound is heard
  let next; // the one that is being made
  let socket;
  let again; // the timer of the next try
  let retry = FIRST_RETRY;
  let why = "";
  let muted = false;
  let alone = true; // no call of a queue: a leg that stands, or a call that one is joined to
  let current; // the offer whose call it is
  document.body.append(ear);

  // --- what the agent sees

  const draw = region("telephone", ({ state, text, silent, bare }) => {
    if (state === "off") return [
      h("button", { class: "quiet wide", id: "use-browser", onclick: start }, "Use this browser as my telephone"),
      text ? h("p", { class: "mark doubt", id: "phone-why", role: "alert" }, text) : null,
    ];
    return [
      h("p", { class: "hint", id: "phone-state", dataset: { state } }, h("b", {}, "This browser is my telephone. "), text || STATES[state]),
      bare && state === "ringing" ? h("button", { class: "primary go wide", id: "pick-up", "aria-keyshortcuts": "Alt+Shift+A", onclick: phone.pickUp }, "Answer") : null,
      h("div", { class: "row" },
        state === "up" ? h("button", { class: "pill", id: "mute", "aria-pressed": String(silent), "aria-keyshortcuts": "Alt+Shift+M", onclick: mute }, silent ? "Muted" : "Mute") : null,
        bare && (state === "ringing" || state === "up") ? h("button", { class: "danger", id: "hang-up", onclick: () => say({ hang_up: true }) }, state === "up" ? "Hang up" : "Decline") : null),
      state === "up" ? h("details", {}, h("summary", {}, "Keys"), h("div", { class: "keys" }, [..."123456789*0#"].map((key) => h("button", { onclick: () => press(key) }, key)))) : null,
      h("button", { class: "quiet", id: "leave-browser", onclick: () => leave("") }, "Stop using it"),
    ];
  });

  function become(state, text = "") {
    phone.state = state;
    why = text;
    if (state !== "up") muted = false;
    ring(state === "ringing");
    carry();
    show();
    changed();
  }

  function show() {
    draw({ state: phone.state, text: why, silent: muted, bare: alone });
  }

  // Whether the page shows a call, with buttons of its own, and which. Who was muted in one is heard
  // in the next, also where the leg stands between them.
  function withCall(shown, offer) {
    alone = !shown;
    if (offer && offer !== current) {
      current = offer;
      muted = false;
      carry();
    }
    show();
  }

  // --- on and off

  async function start() {
    if (!navigator.mediaDevices?.getUserMedia) return become("off", INSECURE);
    become("starting");
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } });
      if (phone.state !== "starting") return stream.getTracks().forEach((track) => track.stop()); // stopped meanwhile
      [mic] = stream.getAudioTracks();
    } catch (error) {
      return leave(WHY[error.name] ?? `The microphone cannot be used: ${error.message}`);
    }
    mic.onended = () => leave("The microphone was unplugged or taken away.");
    sessionStorage.setItem(WANTED, "yes");
    connect();
  }

  function leave(text) {
    sessionStorage.removeItem(WANTED);
    clearTimeout(again);
    if (socket) socket.onclose = socket.onmessage = null;
    socket?.close();
    for (const each of [peer, next]) each?.close();
    mic?.stop();
    peer = next = socket = mic = undefined;
    become("off", text);
  }

  function mute() {
    muted = !muted;
    mic.enabled = !muted;
    show();
  }

  // --- the socket

  function connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/api/agent/phone`);
    socket.onmessage = ({ data }) => take(JSON.parse(data));
    socket.onclose = ({ code }) => {
      if (code === SIGNED_OUT) return signInAgain();
      if (phone.state !== "up" && phone.state !== "lost") become("lost"); // what is said of it stays; a call that is up goes on: its sound has a way of its own
      again = setTimeout(connect, retry * (0.5 + Math.random() / 2));
      retry = Math.min(LAST_RETRY, retry * 2);
    };
  }

  function say(message) {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }

  function press(keys) {
    say({ keys });
  }

  async function take(message) {
    if (message.begin) return offer(message.ice);
    if (message.answer) return next?.setRemoteDescription({ type: "answer", sdp: message.answer });
    if (message.state === "off") return leave(message.why);
    if (message.state) become(message.state, message.why);
    retry = FIRST_RETRY;
  }

  // --- the sound

  async function offer(iceServers) {
    next?.close();
    const fresh = (next = new RTCPeerConnection({ iceServers }));
    const way = fresh.addTransceiver("audio", { direction: "sendrecv" });
    way.setCodecPreferences(RTCRtpReceiver.getCapabilities("audio").codecs.filter(({ mimeType }) => mimeType === "audio/PCMU"));
    fresh.onconnectionstatechange = () => moved(fresh);
    await fresh.setLocalDescription();
    await gathered(fresh);
    if (fresh === next) say({ offer: fresh.localDescription.sdp });
  }

  function moved(which) {
    if (which.connectionState === "connected" && which === next) {
      peer?.close();
      peer = next;
      next = undefined;
      ear.srcObject = new MediaStream([peer.getReceivers()[0].track]);
      carry();
    } else if (which.connectionState === "failed" && (which === peer || which === next)) {
      if (phone.state !== "up") become("lost", "No sound comes through between this browser and the house: is UDP let through?");
      socket?.close(); // begins anew
    }
  }

  function carry() {
    if (mic) mic.enabled = !muted;
    peer?.getSenders()[0].replaceTrack(phone.state === "up" ? mic : null);
  }

  // --- ringing: two tones, one second in four

  let bell;

  function ring(on) {
    if (!on) {
      bell?.close();
      bell = undefined;
      return;
    }
    if (bell) return;
    bell = new AudioContext();
    const gain = new GainNode(bell, { gain: 0 });
    gain.connect(bell.destination);
    for (const frequency of [440, 480]) {
      const tone = new OscillatorNode(bell, { frequency });
      tone.connect(gain);
      tone.start();
    }
    for (let at = 0; at < 120; at += 4) {
      gain.gain.setValueAtTime(0.12, bell.currentTime + at);
      gain.gain.setValueAtTime(0, bell.currentTime + at + 1);
    }
  }

  toggle("telephone", true);
  show();
  if (sessionStorage.getItem(WANTED)) start();
  return phone;
}

function gathered(peer) {
  return new Promise((done) => {
    setTimeout(done, GATHER);
    peer.onicegatheringstatechange = () => peer.iceGatheringState === "complete" && done();
    if (peer.iceGatheringState === "complete") done();
  });
}
