// A canvas to draw a digit on, with mouse, finger, pen or keyboard. Python centres it and asks the answerers;
// here only what they said is shown.

const SIDE = 280; // of the canvas, in its own pixels
const PEN = 24; // as thick as the strokes of MNIST, for a digit that fills the pad
const THROTTLE = 80; // milliseconds between two drawings sent
const STEP = SIDE / 28; // of the keyboard's cursor

const make = (tag, name, parent, text = "") => {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text) element.textContent = text;
  parent?.append(element);
  return element;
};

function render({ model, el }) {
  el.classList.add("layerwise", "layerwise-pad");
  // JupyterLab must leave the keys to the pad: see layerwise.keyboard.
  el.addEventListener("focusin", ({ target }) => target.setAttribute("data-lm-suppress-shortcuts", "true"));
  const left = make("div", "layerwise-pad-left", el);
  const paper = make("div", "layerwise-pad-paper", left);
  const canvas = make("canvas", "", paper);
  canvas.width = canvas.height = SIDE;
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute(
    "aria-label",
    "Drawing pad. Arrow keys move the pen, space puts it down and lifts it, Escape clears.",
  );
  const cursor = make("div", "layerwise-pad-cursor", paper);
  const bar = make("div", "layerwise-pad-bar", left);
  const clear = make("button", "layerwise-pad-clear", bar, "Clear");
  clear.type = "button";
  make("span", "layerwise-pad-help", bar, "Draw, or: arrow keys move, space puts the pen down.");

  const middle = make("figure", "layerwise-pad-seen", el);
  const seen = make("canvas", "", middle);
  seen.width = seen.height = 28;
  seen.setAttribute("role", "img");
  seen.setAttribute("aria-label", "The digit as the networks see it: 28 by 28 pixels.");
  make("figcaption", "", middle, "What the network sees: 28 × 28 pixels, scaled and centred.");
  const answers = make("div", "layerwise-pad-answers", el);
  const says = make("p", "layerwise-pad-says", el);
  says.setAttribute("role", "status");
  says.setAttribute("aria-live", "polite");

  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const small = document.createElement("canvas");
  small.width = small.height = model.get("canvas");
  const shrink = small.getContext("2d", { willReadFrequently: true });
  shrink.imageSmoothingQuality = "high";

  // ---- drawing
  // Ink is drawn white on black inside and shown through CSS, so that the grey value is the amount of ink.
  let empty = true;
  const wipe = () => {
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, SIDE, SIDE);
    empty = true;
    paper.classList.add("layerwise-pad-empty");
  };
  const line = (x0, y0, x1, y1) => {
    pen.strokeStyle = "#fff";
    pen.lineWidth = PEN;
    pen.lineCap = pen.lineJoin = "round";
    pen.beginPath();
    pen.moveTo(x0, y0);
    pen.lineTo(x1, y1);
    pen.stroke();
    empty = false;
    paper.classList.remove("layerwise-pad-empty");
    soon();
  };

  let waiting = 0;
  let last = 0;
  const send = () => {
    waiting = 0;
    last = performance.now();
    shrink.drawImage(canvas, 0, 0, small.width, small.height);
    const rgba = shrink.getImageData(0, 0, small.width, small.height).data;
    const grey = new Uint8Array(rgba.length / 4);
    for (let i = 0; i < grey.length; i += 1) grey[i] = rgba[4 * i];
    model.send({ kind: "drawing" }, undefined, [grey.buffer]);
  };
  const soon = () => {
    if (!waiting) waiting = setTimeout(send, Math.max(0, last + THROTTLE - performance.now()));
  };

  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE];
  };
  let at = null;
  let pointer = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button !== 0) return;
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    at = place(event);
    line(...at, ...at);
    canvas.focus({ preventScroll: true });
    mark(false); // the cursor is the keyboard's
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    for (const part of event.getCoalescedEvents?.() ?? [event]) {
      const to = place(part);
      line(...at, ...to);
      at = to;
    }
  });
  const lift = (event) => {
    if (event.pointerId === pointer) pointer = at = null;
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);

  // ---- keyboard
  const key = { x: SIDE / 2, y: SIDE / 4, down: false };
  const mark = (visible) => {
    cursor.hidden = !visible;
    cursor.style.left = `${(100 * key.x) / SIDE}%`;
    cursor.style.top = `${(100 * key.y) / SIDE}%`;
    cursor.classList.toggle("layerwise-pad-down", key.down);
  };
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", (event) => {
    const move = moves[event.key];
    if (move) {
      const from = [key.x, key.y];
      key.x = Math.min(SIDE - STEP, Math.max(STEP, key.x + STEP * move[0]));
      key.y = Math.min(SIDE - STEP, Math.max(STEP, key.y + STEP * move[1]));
      if (key.down) line(...from, key.x, key.y);
    } else if (event.key === " " || event.key === "Enter") {
      if (event.shiftKey || event.ctrlKey || event.metaKey) return; // the notebook's own keys
      key.down = !key.down;
      if (key.down) line(key.x, key.y, key.x, key.y);
    } else if (event.key === "Escape" || event.key === "Delete" || event.key === "Backspace") {
      key.down = false;
      wipe();
      soon();
    } else return;
    mark(true);
    event.preventDefault();
    event.stopPropagation();
  });
  canvas.addEventListener("focus", () => mark(canvas.matches(":focus-visible")));
  canvas.addEventListener("blur", () => {
    key.down = false;
    mark(false);
  });
  clear.addEventListener("click", () => {
    wipe();
    soon();
  });

  // ---- what came back
  const rows = [];
  const show = () => {
    const pixels = new Uint8Array(model.get("seen").buffer ?? model.get("seen"), model.get("seen").byteOffset ?? 0);
    if (pixels.length >= 784) {
      const context = seen.getContext("2d");
      const image = context.createImageData(28, 28);
      for (let i = 0; i < 784; i += 1) image.data.set([pixels[i], pixels[i], pixels[i], 255], 4 * i);
      context.putImageData(image, 0, 0);
    }
    const results = JSON.parse(model.get("results"));
    while (rows.length < results.length) {
      const box = make("section", "layerwise-pad-answer", answers);
      const row = { box, name: make("h4", "", box), big: make("div", "layerwise-pad-big", box) };
      row.digit = make("b", "", row.big);
      row.sure = make("span", "", row.big);
      row.bars = make("div", "layerwise-pad-bars", box);
      row.bars.setAttribute("role", "img");
      row.each = Array.from({ length: 10 }, (_, digit) => {
        const column = make("div", "layerwise-pad-column", row.bars);
        const fill = make("i", "", make("span", "", column));
        make("small", "", column, String(digit));
        return { column, fill };
      });
      row.error = make("p", "layerwise-pad-error", box);
      rows.push(row);
    }
    rows.forEach((row, index) => {
      const { name = "", probabilities = [], error = "" } = results[index] ?? {};
      const best = probabilities.indexOf(Math.max(...probabilities));
      const answered = probabilities.length === 10;
      row.name.textContent = name;
      row.error.textContent = error;
      row.box.classList.toggle("layerwise-pad-failed", Boolean(error));
      row.box.classList.toggle("layerwise-pad-silent", !answered);
      row.digit.textContent = answered ? String(best) : "–";
      row.sure.textContent = answered ? `${Math.round(100 * probabilities[best])}% sure` : "";
      row.each.forEach(({ column, fill }, digit) => {
        const share = answered ? probabilities[digit] : 0;
        fill.style.height = `${Math.round(1000 * share) / 10}%`;
        column.title = answered ? `${digit}: ${(100 * share).toFixed(1)}%` : "";
        column.classList.toggle("layerwise-pad-best", answered && digit === best);
      });
      row.bars.setAttribute(
        "aria-label",
        answered ? probabilities.map((share, digit) => `${digit}: ${Math.round(100 * share)} percent`).join(", ") : "",
      );
    });
    says.textContent = model.get("sentence");
    el.dataset.sentence = model.get("sentence");
  };

  // A drawing set from Python is shown on the canvas, as large as it goes.
  const paint = () => {
    const width = model.get("painted_width");
    const bytes = model.get("painted");
    if (!width) return;
    const grey = new Uint8Array(bytes.buffer ?? bytes, bytes.byteOffset ?? 0, bytes.byteLength);
    const height = grey.length / width;
    const source = document.createElement("canvas");
    [source.width, source.height] = [width, height];
    const image = new ImageData(width, height);
    for (let i = 0; i < grey.length; i += 1) image.data.set([grey[i], grey[i], grey[i], 255], 4 * i);
    source.getContext("2d").putImageData(image, 0, 0);
    wipe();
    const scale = SIDE / Math.max(width, height);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(source, (SIDE - width * scale) / 2, (SIDE - height * scale) / 2, width * scale, height * scale);
    empty = !grey.some((value) => value > 0);
    paper.classList.toggle("layerwise-pad-empty", empty);
  };

  wipe();
  mark(false);
  paint();
  show();
  const shown = ["change:results", "change:seen", "change:sentence"];
  shown.forEach((name) => model.on(name, show));
  model.on("change:painting", paint);
  return () => {
    clearTimeout(waiting);
    shown.forEach((name) => model.off(name, show));
    model.off("change:painting", paint);
  };
}

export default { render };
