// A canvas to draw on with mouse, finger, pen or keyboard, for the widgets that put this file before their own.

// Put a canvas into `paper`, whose classes begin with `name`. What is drawn goes to Python, at most once in `throttle`
// milliseconds, as grey levels of `sent` by `sent` pixels. Ink is white on black inside and shown through CSS, so that
// the grey level is the amount of ink.
function drawingCanvas(model, paper, { name, side, pen: thick, sent, throttle, label }) {
  const step = side / 28; // of the keyboard's cursor
  // JupyterLab must leave the keys to the canvas: see layerwise.keyboard.
  paper.parentElement.addEventListener("focusin", ({ target }) => target.setAttribute("data-lm-suppress-shortcuts", "true"));
  const canvas = make("canvas", "", paper);
  canvas.width = canvas.height = side;
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", `${label} Arrow keys move the pen, space puts it down and lifts it, Escape clears.`);
  const cursor = make("div", `${name}-cursor`, paper);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const small = make("canvas");
  small.width = small.height = sent;
  const shrink = small.getContext("2d", { willReadFrequently: true });
  shrink.imageSmoothingQuality = "high";

  let waiting = 0;
  let last = 0;
  const send = () => {
    waiting = 0;
    last = performance.now();
    shrink.drawImage(canvas, 0, 0, sent, sent);
    const rgba = shrink.getImageData(0, 0, sent, sent).data;
    const grey = new Uint8Array(rgba.length / 4);
    for (let i = 0; i < grey.length; i += 1) grey[i] = rgba[4 * i];
    model.send({ kind: "drawing" }, undefined, [grey.buffer]);
  };
  const soon = () => {
    if (!waiting) waiting = setTimeout(send, Math.max(0, last + throttle - performance.now()));
  };
  const looksEmpty = (empty) => paper.classList.toggle(`${name}-empty`, empty);
  const wipe = () => {
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, side, side);
    looksEmpty(true);
  };
  const clear = () => {
    wipe();
    soon();
  };
  const line = (x0, y0, x1, y1) => {
    pen.strokeStyle = "#fff";
    pen.lineWidth = thick;
    pen.lineCap = pen.lineJoin = "round";
    pen.beginPath();
    pen.moveTo(x0, y0);
    pen.lineTo(x1, y1);
    pen.stroke();
    looksEmpty(false);
    soon();
  };
  // Show a drawing that came from Python, as large as it goes.
  const paint = (grey, width) => {
    const height = grey.length / width;
    const source = make("canvas");
    [source.width, source.height] = [width, height];
    const image = new ImageData(width, height);
    for (let i = 0; i < grey.length; i += 1) image.data.set([grey[i], grey[i], grey[i], 255], 4 * i);
    source.getContext("2d").putImageData(image, 0, 0);
    wipe();
    const scale = side / Math.max(width, height);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(source, (side - width * scale) / 2, (side - height * scale) / 2, width * scale, height * scale);
    looksEmpty(!grey.some((value) => value > 0));
  };

  // ---- mouse, finger, pen
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * side, ((event.clientY - box.top) / box.height) * side];
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
  const key = { x: side / 2, y: side / 4, down: false };
  const mark = (visible) => {
    cursor.hidden = !visible;
    cursor.style.left = `${(100 * key.x) / side}%`;
    cursor.style.top = `${(100 * key.y) / side}%`;
    cursor.classList.toggle(`${name}-down`, key.down);
  };
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", (event) => {
    const move = moves[event.key];
    if (move) {
      const from = [key.x, key.y];
      key.x = Math.min(side - step, Math.max(step, key.x + step * move[0]));
      key.y = Math.min(side - step, Math.max(step, key.y + step * move[1]));
      if (key.down) line(...from, key.x, key.y);
    } else if (event.key === " " || event.key === "Enter") {
      if (event.shiftKey || event.ctrlKey || event.metaKey) return; // the notebook's own keys
      key.down = !key.down;
      if (key.down) line(key.x, key.y, key.x, key.y);
    } else if (event.key === "Escape" || event.key === "Delete" || event.key === "Backspace") {
      key.down = false;
      clear();
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

  wipe();
  mark(false);
  return { clear, paint, stop: () => clearTimeout(waiting) };
}
