// Shows a Plotly figure that Python draws anew at every change. The library comes from the kernel's own
// Plotly, once per page, so that nothing is fetched from the internet and notebooks stay small.

const CONFIG = { displayModeBar: false, displaylogo: false, scrollZoom: false, doubleClick: false };
const NARROW = 520; // below this many pixels Python is asked for a figure with its panels stacked

async function unpack(buffer) {
  const stream = new Blob([buffer]).stream().pipeThrough(new DecompressionStream("gzip"));
  const source = await new Response(stream).text();
  // The bundle expects CommonJS or a page's global scope; give it a module of its own instead.
  const wrapped = `const module = { exports: {} }; const exports = module.exports; let define;\n${source}\nexport default module.exports;`;
  const before = globalThis.Plotly;
  const address = URL.createObjectURL(new Blob([wrapped], { type: "text/javascript" }));
  try {
    return (await import(/* webpackIgnore: true */ address)).default;
  } finally {
    URL.revokeObjectURL(address);
    if (before === undefined) delete globalThis.Plotly;
    else globalThis.Plotly = before;
  }
}

function request(model) {
  return new Promise((resolve, reject) => {
    const receive = (message, buffers) => {
      if (message.kind !== "library") return;
      model.off("msg:custom", receive);
      unpack(buffers[0]).then(resolve, reject);
    };
    model.on("msg:custom", receive);
    model.send({ kind: "library" });
  });
}

// One copy of the library per page and version. A request that nobody answered (the kernel was restarted
// meanwhile) is made again by the next picture.
async function library(model) {
  const key = Symbol.for(`layerwise.plotly.${model.get("version")}`);
  const known = globalThis[key];
  if (known && (known.done || Date.now() - known.since < 10000)) return known.promise;
  const entry = { since: Date.now(), done: false, promise: request(model) };
  globalThis[key] = entry;
  entry.promise.then(() => (entry.done = true), () => delete globalThis[key]);
  return entry.promise;
}

// The sliders' handles have no names of their own, and read out 0.30000000000000004.
function name(el) {
  for (const control of el.closest(".layerwise-explorer")?.querySelectorAll(".layerwise-control") ?? []) {
    const handle = control.querySelector("[role=slider]");
    handle?.setAttribute("aria-label", control.querySelector(".widget-label")?.textContent ?? "");
    handle?.setAttribute("aria-valuetext", control.querySelector(".widget-readout")?.textContent ?? "");
  }
}

function render({ model, el }) {
  el.classList.add("layerwise-picture");
  const plot = document.createElement("div");
  plot.setAttribute("role", "img");
  plot.textContent = "The picture is on its way.";
  el.append(plot);

  let Plotly = null;
  let busy = false;
  let again = false;
  let closed = false;

  async function draw() {
    if (!Plotly || closed || !el.clientWidth || !model.get("figure")) return;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      do {
        again = false;
        const serial = model.get("serial");
        const figure = JSON.parse(model.get("figure"));
        const layout = { ...figure.layout, width: el.clientWidth, autosize: false, dragmode: false };
        plot.style.minHeight = `${layout.height}px`;
        plot.setAttribute("aria-label", figure.layout.meta?.summary ?? "");
        await Plotly.react(plot, figure.data, layout, CONFIG);
        el.dataset.serial = serial;
        name(el);
        model.send({ kind: "drawn", serial });
      } while (again && !closed);
    } finally {
      busy = false;
    }
  }

  // A figure whose `meta` says "place" wants to know where its first panel was clicked, in the panel's own units.
  plot.addEventListener("click", (event) => {
    const layout = plot._fullLayout;
    if (!layout?.meta?.place) return;
    const box = plot.getBoundingClientRect();
    const across = event.clientX - box.left - layout.xaxis._offset;
    const down = event.clientY - box.top - layout.yaxis._offset;
    if (across < 0 || down < 0 || across > layout.xaxis._length || down > layout.yaxis._length) return;
    model.send({ kind: "place", x: layout.xaxis.p2d(across), y: layout.yaxis.p2d(down) });
  });

  // Only the newest figure of a burst is drawn: one per frame of the screen.
  let frame = 0;
  const soon = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(draw);
  };

  let width = 0;
  const observer = new ResizeObserver(() => {
    if (el.clientWidth === width || !el.clientWidth) return;
    width = el.clientWidth;
    const narrow = width < NARROW;
    if (narrow !== model.get("narrow")) {
      model.set("narrow", narrow);
      model.save_changes();
    }
    soon();
  });
  observer.observe(el);
  model.on("change:serial", soon);

  library(model).then(
    (loaded) => {
      Plotly = loaded;
      if (!closed) plot.textContent = "";
      soon();
    },
    (error) => (plot.textContent = `The picture cannot be shown: ${error.message}. Reload the page.`),
  );

  return () => {
    closed = true;
    observer.disconnect();
    model.off("change:serial", soon);
    if (Plotly) Plotly.purge(plot);
  };
}

export default { render };
