// Areas on the map, as CAP 1.2 (§3.2.4) writes them: a line `lat,lon lat,lon …` whose last corner is
// the first again, or a circle `lat,lon km`. No browser is needed here.

const KM_A_DEGREE = 111.195; // of latitude, on a sphere of 6371 km
const radians = (degrees) => (degrees * Math.PI) / 180;

// One line of text → {corners} or {centre, km}; throws an Error that says what is wrong.
export function readArea(line) {
  const parts = line.trim().split(/\s+/);
  if (parts.length === 2 && !parts[1].includes(",")) {
    const km = Number(parts[1]);
    if (!(km >= 0)) throw new Error(`“${parts[1]}” is no radius in km.`);
    return { centre: readPlace(parts[0]), km };
  }
  const corners = parts.map(readPlace);
  if (corners.length > 3 && String(corners[0]) === String(corners.at(-1))) corners.pop();
  if (corners.length < 3) throw new Error("An area has three corners or more, each as lat,lon.");
  return { corners };
}

function readPlace(pair) {
  const [lat, lon, more] = pair.split(",").map((text) => (text.trim() ? Number(text) : NaN));
  if (more !== undefined || !(Math.abs(lat) <= 90 && Math.abs(lon) <= 180)) {
    throw new Error(`“${pair}” is no place: write lat,lon in degrees, without a space.`);
  }
  return [lat, lon];
}

const place = ([lat, lon]) => `${Number(lat.toFixed(5))},${Number(lon.toFixed(5))}`;

export function writeArea(area) {
  if (area.centre) return `${place(area.centre)} ${area.km}`;
  return [...area.corners, area.corners[0]].map(place).join(" ");
}

export const isComplete = (area) => Boolean(area.centre) || area.corners.length > 2;

// The even-odd rule for polygons, the great circle for circles: as the server counts.
export function inside(area, [lat, lon]) {
  if (area.centre) return distance(area.centre, [lat, lon]) <= area.km;
  let odd = false;
  area.corners.forEach(([lat1, lon1], at) => {
    const [lat2, lon2] = area.corners[(at + 1) % area.corners.length];
    if (lat1 > lat !== lat2 > lat && lon < lon1 + ((lat - lat1) / (lat2 - lat1)) * (lon2 - lon1)) odd = !odd;
  });
  return odd;
}

function distance([lat1, lon1], [lat2, lon2]) {
  const [dLat, dLon] = [radians(lat2 - lat1) / 2, radians(lon2 - lon1) / 2];
  const half = Math.sin(dLat) ** 2 + Math.cos(radians(lat1)) * Math.cos(radians(lat2)) * Math.sin(dLon) ** 2;
  return 2 * 6371.0088 * Math.asin(Math.min(1, Math.sqrt(half)));
}

// Whether sides cross: then a part in the middle is outside, which nobody means.
export function crosses({ corners }) {
  const sides = (corners ?? []).map((corner, at) => [corner, corners[(at + 1) % corners.length]]);
  return sides.some((one, i) => sides.some((other, j) => i < j && cut(one, other)));
}

const turn = ([ay, ax], [by, bx], [cy, cx]) => Math.sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax));

function cut([a, b], [c, d]) {
  return turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
}

// A window on the world: the middle as lat,lon, and pixels a km. To scale near its middle.
export class View {
  constructor(width, height) {
    Object.assign(this, { width, height, middle: [0, 0], scale: 1 });
  }

  get narrowing() {
    return Math.max(0.01, Math.cos(radians(this.middle[0])));
  }

  toPixels([lat, lon]) {
    const [up, right] = [(lat - this.middle[0]) * KM_A_DEGREE, (lon - this.middle[1]) * KM_A_DEGREE * this.narrowing];
    return [this.width / 2 + right * this.scale, this.height / 2 - up * this.scale];
  }

  toPlace([x, y]) {
    const [right, up] = [(x - this.width / 2) / this.scale, (this.height / 2 - y) / this.scale];
    return [this.middle[0] + up / KM_A_DEGREE, this.middle[1] + right / KM_A_DEGREE / this.narrowing];
  }

  pan(dx, dy) {
    this.middle = this.toPlace([this.width / 2 - dx, this.height / 2 - dy]);
  }

  zoom(factor, at = [this.width / 2, this.height / 2]) {
    const held = this.toPlace(at);
    this.scale = Math.min(20_000, Math.max(0.01, this.scale * factor));
    const [x, y] = this.toPixels(held);
    this.pan(at[0] - x, at[1] - y);
  }

  show(places) {
    if (!places.length) return;
    const [south, north] = range(places.map(([lat]) => lat));
    const [west, east] = range(places.map(([, lon]) => lon));
    this.middle = [(south + north) / 2, (west + east) / 2];
    const high = Math.max(0.5, (north - south) * KM_A_DEGREE);
    const wide = Math.max(0.5, (east - west) * KM_A_DEGREE * this.narrowing);
    this.scale = 0.86 * Math.min(this.width / wide, this.height / high);
  }

  // A round number of km that takes about a sixth of the width.
  ruler() {
    const wanted = this.width / 6 / this.scale;
    const ten = 10 ** Math.floor(Math.log10(wanted));
    return ten * ([5, 2, 1].find((step) => step * ten <= wanted) ?? 1);
  }
}

// Where nearly all are: one who lives abroad does not make the town a dot.
function range(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const few = Math.floor(sorted.length / 100);
  return [sorted[few], sorted.at(-1 - few)];
}
