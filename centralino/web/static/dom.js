// Elements without markup strings: what a caller said is text, never HTML.

export function h(name, props = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "class") element.className = value;
    else if (key === "dataset") Object.assign(element.dataset, value);
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && typeof value !== "string") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

export const byId = (id) => document.getElementById(id);

export function fill(target, ...children) {
  const element = typeof target === "string" ? byId(target) : target;
  element.replaceChildren();
  append(element, children);
  return element;
}

let drawn = () => {};

// What to do after something was drawn: timers show their figure at once.
export function afterDraw(action) {
  drawn = action;
}

// Draws again only when the data changed, so that nothing flickers, loses focus or scrolls away.
export function region(target, draw) {
  let seen;
  return (data) => {
    const now = JSON.stringify(data);
    if (now === seen) return;
    seen = now;
    fill(target, draw(data));
    drawn();
  };
}

export function toggle(target, shown) {
  const element = typeof target === "string" ? byId(target) : target;
  element.hidden = !shown;
}

// Rows of a table; where there are none, one that says what to do next.
export function rowsOr(rows, columns, ...next) {
  return rows.length ? rows : h("tr", {}, h("td", { class: "empty", colspan: String(columns) }, h("span", {}, next)));
}
