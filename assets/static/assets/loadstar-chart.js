// <loadstar-chart src="...json">: series over time in panels that share one axis and one cursor.
//
// The document: { start: seconds since 1970, step: seconds, timeZone: IANA name,
//   now: seconds or null, notes: [{ start, end: seconds, text }] or none,
//   reasons: [{ start, end: seconds, text, isLimit }] or none: read where one points, limits marked,
//   panels: [{ title, unit, series: [{ name, values, kind: "step" | "line" | "area", role }],
//              limits: [{ name, values }],
//              bands: [[place of the lower, of the upper curve]] or none }] }
// With `labels`, one more than there are steps, they stand at the steps in place of times.
// Values are columns, null where unknown. `role` picks a colour: plan, actual, stock, price.
// Needs uPlot. Works under a policy without inline scripts and styles.

const ROLES = { plan: "--chart-plan", actual: "--chart-actual", store: "--chart-store", price: "--chart-price", other: "--chart-other" };
// Day before month, as on the page around the chart.
const LANGUAGE = document.documentElement.lang.slice(0, 2);
const DATES = { nl: "nl-NL", de: "de-DE" }[LANGUAGE] ?? "en-GB";
const SAID = {
  nl: { failed: "De grafiek kon niet worden geladen", nothing: "Er is nog niets te tonen.", which: "Welke", time: "Tijd", to: "tot", why: "Wijs een tijd aan om te lezen waarom het plan zo is.", table: "de tabel hieronder bevat de getallen" },
  de: { failed: "Das Diagramm konnte nicht geladen werden", nothing: "Es gibt noch nichts zu zeigen.", which: "Welche", time: "Zeit", to: "bis", why: "Auf eine Zeit zeigen, um zu lesen, warum der Plan so ist.", table: "die Tabelle darunter enthält die Zahlen" },
}[LANGUAGE] ?? { failed: "The chart could not be loaded", nothing: "There is nothing to show yet.", which: "Which", time: "Time", to: "to", why: "Point at a time to read why the plan is so.", table: "the table below holds the numbers" };
// More than these are read in the table.
const MOST_REASONS = 12;
const HEIGHT = { first: 260, other: 150 };

class LoadstarChart extends HTMLElement {
  static observedAttributes = ["src"];
  #plots = [];
  #document = null;
  #why = null;
  #size = new ResizeObserver(() => this.#fit());
  #scheme = matchMedia("(prefers-color-scheme: dark)");
  #redraw = () => this.#document && this.#draw(this.#document);

  connectedCallback() {
    this.#size.observe(this);
    this.#scheme.addEventListener("change", this.#redraw);
    if (this.src) this.reload();
  }

  disconnectedCallback() {
    this.#size.disconnect();
    this.#scheme.removeEventListener("change", this.#redraw);
    this.#clear();
  }

  attributeChangedCallback(name, before, after) {
    if (before && before !== after && this.isConnected) this.reload();
  }

  get src() { return this.getAttribute("src"); }

  async reload() {
    try {
      const answer = await fetch(this.src, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      this.#document = await answer.json();
      this.#draw(this.#document);
      this.dispatchEvent(new CustomEvent("drawn"));
    } catch (error) {
      this.#clear();
      this.textContent = `${SAID.failed} (${error.message}).`;
    }
  }

  #clear() {
    for (const plot of this.#plots) plot.destroy();
    this.#plots = [];
    this.replaceChildren();
  }

  #draw(chart) {
    this.#clear();
    const panels = chart.panels.filter((panel) => panel.series.length);
    if (!panels.length) {
      this.textContent = SAID.nothing;
      return;
    }
    this.#why = chart.reasons?.length ? placeOf(chart.reasons) : null;
    const sync = uPlot.sync(`loadstar-${Math.random()}`);
    panels.map(withNearLimits).forEach((panel, index) => {
      const box = document.createElement("figure");
      box.className = "chart-panel";
      const title = document.createElement("figcaption");
      title.textContent = [`${panel.title} [${panel.unit}]`, ...panel.farLimits].join("; ");
      box.append(title);
      this.append(box);
      if (index === 0 && this.#why) this.append(this.#why.place);
      const last = index === panels.length - 1;
      const plot = new uPlot(this.#options(chart, panel, sync, index === 0, last), columns(chart, panel), box);
      plot.root.setAttribute("role", "img");
      plot.root.setAttribute("aria-label", `${panel.title} [${panel.unit}]; ${SAID.table}`);
      this.#plots.push(plot);
    });
    if (chart.notes?.length) this.append(listOf(chart.notes, chart.timeZone));
  }

  #options(chart, panel, sync, first, last) {
    const colour = (name) => getComputedStyle(this).getPropertyValue(name).trim();
    const axis = { stroke: colour("--chart-text"), grid: { stroke: colour("--chart-grid"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
    const labels = chart.labels ?? null;
    const bottom = labels
      ? { splits: () => labels.map((_, i) => i), values: (_, splits) => splits.map((i) => last ? labels[i] : "") }
      : { values: (_, splits) => splits.map((seconds) => last ? tick(seconds, chart.timeZone) : "") };
    return {
      width: this.#width(), height: first ? HEIGHT.first : HEIGHT.other,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1e3), chart.timeZone),
      padding: [8, 40, 0, 0],
      cursor: { sync: { key: sync.key }, drag: { x: true, y: false } },
      scales: { x: { time: !labels } },
      legend: { live: true },
      axes: [
        { ...axis, ...bottom, size: last ? 40 : 12 },
        { ...axis, size: 56, values: (_, splits) => splits.map((v) => short(v)) },
      ],
      series: [
        { label: labels ? SAID.which : SAID.time, value: (_, s) => s === null ? "–" : labels ? labels[s] ?? "" : moment(s, chart.timeZone) },
        ...panel.series.map((each) => lineOf(each, panel.unit, colour)),
        ...(panel.limits ?? []).map((each) => ({
          label: each.name, stroke: colour("--chart-limit"), width: 1.5, dash: [6, 4], points: { show: false },
          value: (_, v) => v === null ? "–" : `${short(v)} ${panel.unit}`, paths: uPlot.paths.stepped({ align: 1 }),
        })),
      ],
      bands: (panel.bands ?? []).map(([lower, upper]) => ({ series: [upper + 1, lower + 1], fill: withAlpha(colour(ROLES.other), "26") })),
      hooks: { drawClear: [(plot) => shadeNotes(plot, chart.notes ?? [], colour("--chart-grid"))], draw: [(plot) => drawNow(plot, chart.now, colour("--chart-text")), (plot) => first && markReasons(plot, chart.reasons ?? [], colour("--chart-limit"))],
        setCursor: [(plot) => first && this.#why?.show(plot.cursor.idx === null ? null : plot.data[0][plot.cursor.idx])] },
    };
  }

  #width() { return Math.max(280, Math.floor(this.clientWidth)); }

  #fit() {
    for (const plot of this.#plots) {
      if (plot.width !== this.#width()) plot.setSize({ width: this.#width(), height: plot.height });
    }
  }
}

// A limit far from all that happens would flatten the curves: it is told in words instead.
function withNearLimits(panel) {
  const size = (values) => Math.max(0, ...values.filter((v) => v !== null).map(Math.abs));
  const most = Math.max(...panel.series.map((each) => size(each.values)));
  const near = (limit) => size(limit.values) <= 2 * most;
  const limits = panel.limits ?? [];
  const farLimits = limits.filter((each) => !near(each)).map((each) => `${each.name.toLowerCase()} ${short(size(each.values))} ${panel.unit}`);
  return { ...panel, limits: limits.filter(near), farLimits };
}

function columns(chart, panel) {
  const all = [...panel.series, ...(panel.limits ?? [])].map((each) => each.values);
  // One moment more, so that the last step has its width; a column that is longer fills it.
  const count = Math.max(...all.map((values) => values.length));
  const length = all.some((values) => values.length > chart.steps) ? count : count + 1;
  const times = Array.from({ length }, (_, i) => chart.start + i * chart.step);
  return [times, ...all.map((values) => Array.from({ length }, (_, i) => values[i] ?? (i === values.length && i === length - 1 ? values[i - 1] ?? null : null)))];
}

function lineOf(series, unit, colour) {
  const stroke = colour(ROLES[series.role] ?? ROLES.other);
  return {
    label: series.name, stroke, width: series.kind === "line" ? 2 : 1.75, points: { show: false },
    fill: series.kind === "area" ? withAlpha(stroke, "26") : undefined,
    paths: series.kind === "line" ? uPlot.paths.linear() : uPlot.paths.stepped({ align: 1 }),
    value: (_, v) => v === null ? "–" : `${short(v)} ${unit}`,
  };
}

function withAlpha(colour, alpha) { return /^#[0-9a-f]{6}$/i.test(colour) ? colour + alpha : colour; }

function short(value) {
  const size = Math.abs(value);
  return value.toLocaleString(DATES, { maximumFractionDigits: size >= 100 ? 0 : size >= 10 ? 1 : 3 });
}

function moment(seconds, timeZone) {
  return new Date(seconds * 1e3).toLocaleString(DATES, { timeZone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

function tick(seconds, timeZone) {
  const time = uPlot.tzDate(new Date(seconds * 1e3), timeZone);
  const hours = String(time.getHours()).padStart(2, "0"), minutes = String(time.getMinutes()).padStart(2, "0");
  if (hours !== "00" || minutes !== "00") return `${hours}:${minutes}`;
  return time.toLocaleDateString(DATES, { weekday: "short", day: "numeric", month: "short" });
}

function shadeNotes(plot, notes, colour) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.fillStyle = colour;
  for (const note of notes) {
    const within = (seconds) => Math.min(Math.max(plot.valToPos(seconds, "x", true), bbox.left), bbox.left + bbox.width);
    ctx.fillRect(within(note.start), bbox.top, within(note.end) - within(note.start), bbox.height);
  }
  ctx.restore();
}

function listOf(notes, timeZone) {
  const list = document.createElement("ul");
  for (const note of notes) {
    const item = document.createElement("li");
    item.textContent = `${moment(note.start, timeZone)} ${SAID.to} ${moment(note.end, timeZone)}: ${note.text}`;
    list.append(item);
  }
  return list;
}

// Where what holds at the time that one points at is read.
function placeOf(reasons) {
  const place = document.createElement("ul");
  place.className = "chart-reasons";
  const show = (seconds) => {
    const now = seconds === null || seconds === undefined ? [] : reasons.filter((each) => each.start <= seconds && seconds < each.end);
    const texts = now.length ? now.slice(0, MOST_REASONS).map((each) => each.text) : [SAID.why];
    place.replaceChildren(...texts.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  };
  show(null);
  return { place, show };
}

// A bar along the bottom, as long as a limit binds.
function markReasons(plot, reasons, colour) {
  const { ctx, bbox } = plot;
  const thick = 4 * devicePixelRatio;
  ctx.save();
  ctx.fillStyle = colour;
  for (const reason of reasons.filter((each) => each.isLimit)) {
    const within = (seconds) => Math.min(Math.max(plot.valToPos(seconds, "x", true), bbox.left), bbox.left + bbox.width);
    ctx.fillRect(within(reason.start), bbox.top + bbox.height - thick, within(reason.end) - within(reason.start), thick);
  }
  ctx.restore();
}

function drawNow(plot, now, colour) {
  if (now === null || now === undefined) return;
  const x = Math.round(plot.valToPos(now, "x", true));
  if (x < plot.bbox.left || x > plot.bbox.left + plot.bbox.width) return;
  const { ctx } = plot;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.setLineDash([2, 3]);
  ctx.beginPath();
  ctx.moveTo(x, plot.bbox.top);
  ctx.lineTo(x, plot.bbox.top + plot.bbox.height);
  ctx.stroke();
  ctx.restore();
}

customElements.define("loadstar-chart", LoadstarChart);
