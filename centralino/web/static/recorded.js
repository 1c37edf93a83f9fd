// Who says a message: the voice that reads it, or a recording; a file, or made here and now.

import { ApiError, post } from "./api.js";
import { fill, h } from "./dom.js";
import { attempt, toast } from "./shell.js";

const LONGEST = 120_000; // ms, as the server takes it
const KINDS = "audio/*,.wav,.mp3,.m4a,.ogg,.opus,.flac,.webm";
const canRecord = () => Boolean(navigator.mediaDevices && window.MediaRecorder);
let microphone = null; // what is being recorded: { button, stop, drop }
let wishes = 0; // for the microphone: the browser may ask a person first, and only the last one has it

// The choice for one language. `client` is asked when it is used; `changed` is told of a new sound.
export function whoSays(language, title, client, changed) {
  const select = h("select", { name: `sound-${language}`, onchange: () => offer() }, choices(client()));
  const file = h("input", { type: "file", accept: KINDS, class: "sr", tabindex: -1, "aria-label": "Sound file",
    onchange: () => take(file.files[0], file.files[0]?.name) });
  const record = h("button", { type: "button", class: "quiet" }, "● Record it");
  const remove = h("button", { type: "button", class: "quiet", hidden: true }, "Delete it");
  const told = h("small", { role: "status" });
  const offer = () => { remove.hidden = !select.value.includes("/"); }; // the house's own stay

  async function take(sound, name) {
    if (!sound) return;
    const owner = client(); // whose it is, whatever is chosen meanwhile
    fill(told, "Reading the sound…");
    const kept = await attempt(() => post(`/api/recordings?${new URLSearchParams({ client: owner.id, title: name })}`, sound));
    file.value = "";
    fill(told, kept ? `${kept.name}, ${kept.seconds} s. ${kept.notes.map((note) => `Note: ${note}.`).join(" ")}` : "");
    if (!kept) return;
    if (!owner.recordings.includes(kept.name)) owner.recordings.push(kept.name);
    if (owner !== client()) return;
    refillAll(owner);
    select.value = kept.name;
    offer();
    changed(language);
  }

  record.addEventListener("click", () => attempt(async () => {
    if (microphone?.button === record) return microphone.stop();
    dropRecording();
    await take(await recorded(record), `${title()} ${language}`);
  }));
  remove.addEventListener("click", () => attempt(async () => {
    const [owner, name] = [client(), select.value];
    await post("/api/recordings/delete", { name });
    owner.recordings = owner.recordings.filter((one) => one !== name);
    refillAll(client());
    offer();
    toast(`${name} is deleted.`, "good");
    fill(told);
    select.dispatchEvent(new Event("input", { bubbles: true }));
  }));
  return h("div", { class: "who-says" },
    h("label", {}, "Who says it", select),
    h("div", { class: "row" }, h("button", { type: "button", class: "quiet", onclick: () => file.click() }, "Upload a recording…"), file,
      canRecord() ? record : null, remove),
    told);
}

const choices = (client) => [h("option", { value: "" }, "The voice reads it"),
  (client?.recordings ?? []).map((name) => h("option", { value: name }, `Recording ${name}`))];

// Each choice has what this client has; what is gone is not chosen any more.
export function refillAll(client) {
  for (const select of document.querySelectorAll("select[name^=sound-]")) {
    const { value } = select;
    fill(select, choices(client));
    select.value = [...select.options].some((one) => one.value === value) ? value : "";
    select.dispatchEvent(new Event("change"));
  }
}

// Nobody listens any more: the microphone is off at once, and nothing of it is kept.
export function dropRecording() {
  wishes += 1;
  microphone?.drop();
}
window.addEventListener("pagehide", dropRecording);

// What the microphone hears until the button is pressed once more; nothing where it is dropped.
async function recorded(button) {
  const mine = ++wishes;
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true }).catch((error) => {
    throw new ApiError(0, "microphone", `The microphone cannot be had: ${error.message}`);
  });
  const off = () => stream.getTracks().forEach((track) => track.stop());
  if (mine !== wishes) return off(); // closed, or pressed again, while the browser asked
  const recorder = new MediaRecorder(stream);
  const parts = [];
  let dropped = false;
  recorder.ondataavailable = (event) => parts.push(event.data);
  const ended = new Promise((resolve) => { recorder.onstop = resolve; });
  const stop = () => recorder.state === "recording" && recorder.stop();
  const began = Date.now();
  const clock = setInterval(() => {
    const seconds = Math.floor((Date.now() - began) / 1000);
    fill(button, `■ Stop (${seconds} s)`);
    if (Date.now() - began > LONGEST - 1000) stop();
  }, 250);
  const running = { button, stop, drop: () => {
    dropped = true;
    off();
    stop();
  } };
  microphone = running;
  fill(button, "■ Stop");
  button.classList.add("bad");
  recorder.start();
  await ended;
  clearInterval(clock);
  if (microphone === running) microphone = null;
  button.classList.remove("bad");
  fill(button, "● Record it");
  off();
  return dropped ? null : new Blob(parts, { type: recorder.mimeType });
}
