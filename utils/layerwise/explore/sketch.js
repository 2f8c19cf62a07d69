// A small canvas among an explorer's controls: draw with mouse, finger, pen or keyboard. Python gets the grey levels.

const SIDE = 224; // of the canvas, in its own pixels
const PEN = 19;
const STEP = SIDE / 28; // of the keyboard's cursor
const THROTTLE = 120; // milliseconds between two drawings sent

const make = (tag, name, parent, text = "") => {
  const element = document.createElement(tag);
  element.className = name;
  if (text) element.textContent = text;
  parent.append(element);
  return element;
};

function render({ model, el }) {
  el.classList.add("layerwise-sketch");
  el.addEventListener("focusin", ({ target }) => target.setAttribute("data-lm-suppress-shortcuts", "true"));
  const paper = make("div", "layerwise-sketch-paper", el);
  const canvas = make("canvas", "", paper);
  canvas.width = canvas.height = SIDE;
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", "Draw here. Arrow keys move the pen, space puts it down and lifts it, Escape clears.");
  const cursor = make("div", "layerwise-sketch-cursor", paper);
  const clear = make("button", "layerwise-button layerwise-sketch-clear", el, "Clear");
  clear.type = "button";
  const small = document.createElement("canvas");
  small.width = small.height = model.get("side");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const shrink = small.getContext("2d", { willReadFrequently: true });
  shrink.imageSmoothingQuality = "high";

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
  // Ink is white on black inside and shown through CSS, so that the grey level is the amount of ink.
  const wipe = () => {
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, SIDE, SIDE);
    paper.classList.add("layerwise-sketch-empty");
  };
  const line = (x0, y0, x1, y1) => {
    pen.strokeStyle = "#fff";
    pen.lineWidth = PEN;
    pen.lineCap = pen.lineJoin = "round";
    pen.beginPath();
    pen.moveTo(x0, y0);
    pen.lineTo(x1, y1);
    pen.stroke();
    paper.classList.remove("layerwise-sketch-empty");
    soon();
  };

  let at = null;
  let pointer = null;
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE];
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button !== 0) return;
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    at = place(event);
    line(...at, ...at);
    canvas.focus({ preventScroll: true });
    mark(false);
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

  const key = { x: SIDE / 2, y: SIDE / 4, down: false };
  const mark = (visible) => {
    cursor.hidden = !visible;
    cursor.style.left = `${(100 * key.x) / SIDE}%`;
    cursor.style.top = `${(100 * key.y) / SIDE}%`;
    cursor.classList.toggle("layerwise-sketch-down", key.down);
  };
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", (event) => {
    const move = moves[event.key];
    if (move) {
      const from = [key.x, key.y];
      key.x = Math.min(SIDE - STEP, Math.max(STEP, key.x + STEP * move[0]));
      key.y = Math.min(SIDE - STEP, Math.max(STEP, key.y + STEP * move[1]));
      if (key.down) line(...from, key.x, key.y);
    } else if (event.key === " ") {
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
  wipe();
  mark(false);
  return () => clearTimeout(waiting);
}

export default { render };
