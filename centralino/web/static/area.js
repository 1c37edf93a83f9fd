// Only in an area: drawn on a map of where the people live, or typed. What is typed is what is asked
// for; drawing writes it. A polygon holds from its third corner on, so that none is forgotten open.

import { post } from "./api.js";
import { byId, fill, h } from "./dom.js";
import { crosses, inside, isComplete, readArea, View, writeArea } from "./geometry.js";

const [WIDTH, HEIGHT] = [760, 460];
const STILL = 5; // px that a hand moves in a click
const SIZES = [[1, 5], [2, 7], [10, 10]]; // people at a dot from → its width in px
const KEYS = { ArrowUp: [0, 60], ArrowDown: [0, -60], ArrowLeft: [60, 0], ArrowRight: [-60, 0] };

const box = byId("area");
const typed = box.querySelector("[name=areas]");
const view = new View(WIDTH, HEIGHT);
let areas = []; // {corners} or {centre, km}
let spots = []; // [lat, lon, people]
let middles = {}; // group → [lat, lon]
let coarse = false;
let problem = "";
let audience = () => ({});
let loaded = ""; // what was asked for last
let shownFor = ""; // the client whose town the window shows

const svg = (name, props = {}, ...children) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(props)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};
const map = svg("svg", {
  viewBox: `0 0 ${WIDTH} ${HEIGHT}`, tabindex: 0, role: "application", class: "map",
  "aria-label": "Map of where the people live. Arrows move it, plus and minus zoom, Enter sets a corner in the middle, Backspace takes the last one back.",
});

export function beginArea(values) {
  audience = values;
  byId("map").append(map);
  map.addEventListener("wheel", (event) => {
    event.preventDefault();
    view.zoom(event.deltaY < 0 ? 1.25 : 0.8, at(event));
    draw();
  }, { passive: false });
  map.addEventListener("pointerdown", press);
  map.addEventListener("keydown", key);
  box.addEventListener("toggle", () => {
    if (!box.open) return;
    loaded = "";
    draw();
    load();
  });
  typed.addEventListener("input", readTyped);
  const buttons = { "zoom-in": () => view.zoom(1.5), "zoom-out": () => view.zoom(1 / 1.5), "zoom-all": showAll,
    "corner-back": undo, "area-more": () => areas.push({ corners: [] }), "area-clear": () => { areas = []; } };
  for (const [name, action] of Object.entries(buttons)) {
    byId(name).addEventListener("click", () => {
      action();
      drawn();
    });
  }
}

// Another campaign, or other people of the same.
export function resetArea() {
  box.open = Boolean(typed.value.trim());
  readTyped();
}

export function peopleChanged() {
  if (box.open) load();
}

// What is asked for, or why that cannot be asked yet.
export function wantedAreas() {
  const whole = areas.filter(isComplete);
  return {
    polygons: whole.filter((area) => area.corners).map(writeArea),
    circles: whole.filter((area) => area.centre).map(writeArea),
    unplaced_too: whole.length > 0 && byId("unplaced").checked,
  };
}

export function areaProblem() {
  if (problem) return problem;
  const begun = areas.some((area) => !isComplete(area) && area.corners.length);
  return begun ? "The area on the map has fewer than three corners: go on, or clear it." : "";
}

export const hasArea = () => areas.some(isComplete);

async function load() {
  const asked = JSON.stringify(audience());
  if (asked === loaded) return;
  loaded = asked;
  try {
    const wanted = JSON.parse(asked);
    const told = await post("/api/launch/places", wanted);
    if (asked !== loaded) return;
    const first = shownFor !== wanted.client || !spots.length;
    shownFor = wanted.client;
    spots = told.spots;
    middles = told.groups;
    coarse = told.decimals < 4;
    byId("unplaced-many").textContent = told.unplaced.toLocaleString("en-GB");
    if (first) showAll();
  } catch (error) {
    loaded = "";
    fill("inside", error.message);
    return;
  }
  draw();
}

function showAll() {
  const corners = areas.flatMap((area) => area.corners ?? [area.centre]);
  view.show(spots.length ? spots : corners);
}

// Typing and drawing.

function readTyped() {
  problem = "";
  const read = [];
  for (const line of typed.value.split("\n").filter((text) => text.trim())) {
    try {
      read.push(readArea(line));
    } catch (error) {
      problem = error.message;
    }
  }
  areas = read;
  draw();
}

// The drawing changed: write it, and ask again who is meant.
function drawn() {
  const text = areas.filter(isComplete).map(writeArea).join("\n");
  problem = "";
  draw();
  typed.value = text;
  typed.form.dispatchEvent(new Event("input"));
}

function corner(place) {
  const last = areas.at(-1);
  if (last?.corners) last.corners.push(place);
  else areas.push({ corners: [place] });
  drawn();
}

function undo() {
  const last = areas.at(-1);
  if (!last) return;
  if (last.corners) last.corners.pop();
  if (!last.corners?.length) areas.pop();
}

function at(event) {
  const { left, top, width } = map.getBoundingClientRect();
  const shrunk = WIDTH / width;
  return [(event.clientX - left) * shrunk, (event.clientY - top) * shrunk];
}

function press(event) {
  if (event.button) return;
  map.setPointerCapture(event.pointerId);
  const [area, index] = (event.target.dataset.corner ?? "").split(".").map(Number);
  const held = event.target.dataset.corner ? areas[area].corners : null;
  let last = at(event);
  let moved = 0;
  const move = (now) => {
    const here = at(now);
    moved += Math.hypot(here[0] - last[0], here[1] - last[1]);
    if (held) held[index] = view.toPlace(here);
    else if (moved > STILL) view.pan(here[0] - last[0], here[1] - last[1]);
    last = here;
    draw();
  };
  const over = new AbortController();
  const release = (end) => {
    over.abort();
    if (held) drawn();
    else if (moved <= STILL && end.type === "pointerup") corner(view.toPlace(last));
  };
  map.addEventListener("pointermove", move, { signal: over.signal });
  map.addEventListener("pointerup", release, { signal: over.signal });
  map.addEventListener("pointercancel", release, { signal: over.signal });
}

function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (KEYS[event.key]) view.pan(...KEYS[event.key]);
  else if (event.key === "+" || event.key === "=") view.zoom(1.5);
  else if (event.key === "-") view.zoom(1 / 1.5);
  else if (event.key === "Enter" || event.key === " ") corner([...view.middle]);
  else if (event.key === "Backspace") {
    undo();
    drawn();
  } else return;
  event.preventDefault();
  draw();
}

// Drawing.

function draw() {
  if (!box.open) return;
  const whole = areas.filter(isComplete);
  const within = spots.filter((spot) => whole.some((area) => inside(area, spot)));
  const meant = new Set(within);
  map.replaceChildren(
    ...dots(spots.filter((spot) => !meant.has(spot)), "outside"), ...dots(within, "within"),
    ...Object.entries(middles).map(label), ...areas.flatMap(outline), ...ruler(),
    svg("path", { class: "cross", d: `M${WIDTH / 2 - 9} ${HEIGHT / 2}h18M${WIDTH / 2} ${HEIGHT / 2 - 9}v18` }));
  tell(whole, within);
}

function tell(whole, within) {
  const people = (some) => some.reduce((sum, [, , count]) => sum + count, 0);
  const [all, in_it] = [people(spots), people(within)];
  const about = coarse ? "about " : "";
  const text = !all ? "No place is known of these people: import their latitude and longitude."
    : whole.length ? `${about}${in_it.toLocaleString("en-GB")} of ${all.toLocaleString("en-GB")} people with a known place live inside.`
      : `${all.toLocaleString("en-GB")} people with a known place. Click at least three corners around those to be called.`;
  fill("inside", text[0].toUpperCase() + text.slice(1),
    areas.some(crosses) ? h("span", { class: "problem" }, "Sides cross: what lies between them is outside.") : null,
    problem ? h("span", { class: "problem" }, problem) : null);
}

function dots(some, kind) {
  return SIZES.map(([from, width], size) => {
    const below = SIZES[size + 1]?.[0] ?? Infinity;
    const those = some.filter(([, , count]) => count >= from && count < below);
    const path = those.map((spot) => `M${view.toPixels(spot).map((px) => px.toFixed(1)).join(" ")}h0`).join("");
    return svg("path", { class: `dots ${kind}`, d: path, "stroke-width": width });
  });
}

function label([group, place]) {
  const [x, y] = view.toPixels(place);
  return svg("text", { x, y, class: "name" }, group);
}

function outline(area, which) {
  if (area.centre) {
    const [cx, cy] = view.toPixels(area.centre);
    return [svg("circle", { cx, cy, r: area.km * view.scale, class: "shape" })];
  }
  const points = area.corners.map((place) => view.toPixels(place));
  return [
    svg("polygon", { points: points.map((point) => point.join(",")).join(" "), class: "shape" }),
    ...points.map(([cx, cy], index) => svg("circle", { cx, cy, r: 7, class: "corner", "data-corner": `${which}.${index}` })),
  ];
}

function ruler() {
  const km = view.ruler();
  const long = km * view.scale;
  return [
    svg("path", { class: "ruler", d: `M16 ${HEIGHT - 22}v8h${long}v-8` }),
    svg("text", { x: 22, y: HEIGHT - 20, class: "ruler" }, km < 1 ? `${Math.round(km * 1000)} m` : `${km} km`),
  ];
}
