// Notes and disposition of one call, saved while one types.

import { put } from "./api.js";
import { h } from "./dom.js";
import { clock, serverNow, words } from "./format.js";

const PAUSE = 700; // ms without a key after which the notes are saved
const RETRY = 3000;

export class NotesEditor {
  constructor(call, notes, dispositions, summary, suggested = "") {
    this.call = call;
    this.timer = undefined;
    this.dirty = false;
    this.text = h("textarea", { id: "notes", rows: 6, maxlength: "4000", placeholder: "What matters for whoever calls next…", oninput: () => this.changed() });
    this.text.value = notes?.text ?? "";
    // What the bot understood is often half of the note: taken with one click, never by itself.
    this.take = h("button", { class: "quiet", type: "button", id: "take-summary", hidden: !summary || Boolean(this.text.value), onclick: () => this.begin(summary) }, "Begin with the summary");
    this.saved = h("p", { class: "faint saved", role: "status" }, "");
    // A list is the centre's; in a campaign each disposition says what follows from it.
    this.follows = Array.isArray(dispositions) ? {} : dispositions;
    const names = Array.isArray(dispositions) ? dispositions : Object.keys(dispositions);
    // How most calls about the same ended: taken with Done, unless another is chosen.
    this.suggested = notes?.disposition ? "" : suggested;
    this.guess = h("p", { id: "guess", class: "faint", hidden: !this.suggested }, `Done says “${words(this.suggested)}”, as most calls about this ended.`);
    this.choices = names.map((name) => this.choice(name, notes?.disposition));
    this.again = h("input", { type: "datetime-local", id: "again", onchange: () => this.save() });
    this.when = h("label", { hidden: true }, "Call again at ", this.again);
    this.dispositions = h("fieldset", { class: "pills" }, h("legend", {}, "How did it end?"), this.choices, this.guess, this.when);
    this.element = h("div", { class: "notes" }, this.dispositions, h("label", { for: "notes" }, "Notes"), this.text, this.take, this.saved);
  }

  choice(name, chosen) {
    return h("label", {}, h("input", { type: "radio", name: "disposition", value: name, checked: name === chosen, onchange: () => this.chosen() }), h("span", {}, words(name)));
  }

  get disposition() {
    return this.dispositions.querySelector("input:checked")?.value ?? "";
  }

  // Whether it is said how the call ended; a guess that nobody changed is said with this.
  confirm() {
    const guessed = this.dispositions.querySelector(`input[value="${CSS.escape(this.suggested)}"]`);
    if (!this.disposition && guessed) guessed.checked = true;
    return Boolean(this.disposition);
  }

  chosen() {
    this.guess.hidden = true;
    this.when.hidden = this.follows[this.disposition] !== "again";
    this.save();
  }

  get againAt() {
    const at = this.when.hidden ? NaN : new Date(this.again.value).getTime();
    return Number.isNaN(at) ? 0 : at / 1000;
  }

  begin(summary) {
    this.text.value = `${summary}\n`;
    this.text.focus();
    this.changed();
  }

  changed() {
    this.dirty = true;
    this.take.hidden = true;
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
      await put(`/api/calls/${encodeURIComponent(this.call)}/notes`, { text, disposition: this.disposition, ...(this.againAt ? { again_at: this.againAt } : {}) });
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
