// Notes and disposition of one call, saved while one types.

import { put } from "./api.js";
import { h } from "./dom.js";
import { clock, serverNow, words } from "./format.js";

const PAUSE = 700; // ms without a key after which the notes are saved
const RETRY = 3000;

export class NotesEditor {
  constructor(call, notes, dispositions) {
    this.call = call;
    this.timer = undefined;
    this.dirty = false;
    this.text = h("textarea", { id: "notes", rows: 6, maxlength: "4000", placeholder: "What matters for whoever calls next…", oninput: () => this.changed() });
    this.text.value = notes?.text ?? "";
    this.saved = h("p", { class: "faint saved", role: "status" }, "");
    this.choices = dispositions.map((name) => this.choice(name, notes?.disposition));
    this.dispositions = h("fieldset", { class: "pills" }, h("legend", {}, "How did it end?"), this.choices);
    this.element = h("div", { class: "notes" }, this.dispositions, h("label", { for: "notes" }, "Notes"), this.text, this.saved);
  }

  choice(name, chosen) {
    return h("label", {}, h("input", { type: "radio", name: "disposition", value: name, checked: name === chosen, onchange: () => this.save() }), h("span", {}, words(name)));
  }

  get disposition() {
    return this.dispositions.querySelector("input:checked")?.value ?? "";
  }

  changed() {
    this.dirty = true;
    this.saved.textContent = "";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  // True when the server has them.
  async save() {
    clearTimeout(this.timer);
    const text = this.text.value;
    this.dirty = true;
    try {
      await put(`/api/calls/${encodeURIComponent(this.call)}/notes`, { text, disposition: this.disposition });
    } catch (error) {
      this.saved.textContent = `Not saved: ${error.message}`;
      if (error.status === 0 || error.status >= 500) this.timer = setTimeout(() => this.save(), RETRY);
      return false;
    }
    if (this.text.value === text) this.dirty = false;
    this.saved.textContent = `Saved ${clock(serverNow())}`;
    return true;
  }

  // The call is over on this page: what was typed last must not be lost with it.
  leave() {
    if (this.dirty) this.save();
    else clearTimeout(this.timer);
  }
}
