// Who says a message: the voice that reads it, or a recording; a file, or made here and now.

import { ApiError, post } from "./api.js";
import { fill, h } from "./dom.js";
import { attempt, toast } from "./shell.js";

const LONGEST = 120_000; // ms, as the server takes it
const KINDS = "audio/*,.wav,.mp3,.m4a,.ogg,.opus,.flac,.webm";
const canRecord = () => Boolean(navigator.mediaDevices && window.MediaRecorder);

// The choice for one language. `client` is asked when it is used; `changed` is told of a new sound.
export function whoSays(language, title, client, changed) {
  const select = h("select", { name: `sound-${language}` }, choices(client()));
  const file = h("input", { type: "file", accept: KINDS, class: "sr", tabindex: -1, "aria-label": "Sound file",
    onchange: () => take(file.files[0], file.files[0]?.name) });
  const record = h("button", { type: "button", class: "quiet" }, "● Record it");
  const told = h("small", { role: "status" });

  async function take(sound, name) {
    if (!sound) return;
    fill(told, "Reading the sound…");
    const kept = await attempt(() => post(`/api/recordings?${new URLSearchParams({ client: client().id, title: name })}`, sound));
    file.value = "";
    fill(told, kept ? `${kept.name}, ${kept.seconds} s. ${kept.notes.map((note) => `Note: ${note}.`).join(" ")}` : "");
    if (!kept) return;
    if (!client().recordings.includes(kept.name)) client().recordings.push(kept.name);
    for (const other of document.querySelectorAll("select[name^=sound-]")) refill(other, client());
    select.value = kept.name;
    changed(language);
  }

  record.addEventListener("click", () => attempt(async () => {
    if (record.stop) return record.stop();
    const sound = await recorded(record);
    await take(sound, `${title()} ${language}`);
  }));
  return h("div", { class: "who-says" },
    h("label", {}, "Who says it", select),
    h("div", { class: "row" }, h("button", { type: "button", class: "quiet", onclick: () => file.click() }, "Upload a recording…"), file,
      canRecord() ? record : null),
    told);
}

const choices = (client) => [h("option", { value: "" }, "The voice reads it"),
  (client?.recordings ?? []).map((name) => h("option", { value: name }, `Recording ${name}`))];

export function refill(select, client) {
  const { value } = select;
  fill(select, choices(client));
  select.value = [...select.options].some((one) => one.value === value) ? value : "";
}

// What the microphone hears until the button is pressed once more.
async function recorded(button) {
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: true }).catch((error) => {
    throw new ApiError(0, "microphone", `The microphone cannot be had: ${error.message}`);
  });
  const recorder = new MediaRecorder(microphone);
  const parts = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  const ended = new Promise((resolve) => { recorder.onstop = resolve; });
  const began = Date.now();
  const clock = setInterval(() => {
    const seconds = Math.floor((Date.now() - began) / 1000);
    fill(button, `■ Stop (${seconds} s)`);
    if (Date.now() - began > LONGEST - 1000) button.stop();
  }, 250);
  fill(button, "■ Stop");
  button.classList.add("bad");
  button.stop = () => recorder.state === "recording" && recorder.stop();
  recorder.start();
  await ended;
  clearInterval(clock);
  button.stop = null;
  button.classList.remove("bad");
  fill(button, "● Record it");
  for (const track of microphone.getTracks()) track.stop();
  return new Blob(parts, { type: recorder.mimeType });
}
