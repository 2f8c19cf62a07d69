// A pad to draw a digit on; canvas.js stands before this file. Python centres the drawing and asks the answerers;
// here only what they said is shown.

function render({ model, el }) {
  el.classList.add("layerwise", "layerwise-pad");
  const left = make("div", "layerwise-pad-left", el);
  const paper = make("div", "layerwise-pad-paper", left);
  const canvas = drawingCanvas(model, paper, {
    name: "layerwise-pad", side: 280, sent: model.get("canvas"), throttle: 80, label: "Drawing pad.",
    pen: 24, // as thick as the strokes of MNIST, for a digit that fills the pad
  });
  const bar = make("div", "layerwise-pad-bar", left);
  const clear = make("button", "layerwise-pad-clear", bar, "Clear");
  clear.type = "button";
  clear.addEventListener("click", canvas.clear);
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

  const paint = () => {
    const bytes = model.get("painted");
    const width = model.get("painted_width");
    if (width) canvas.paint(new Uint8Array(bytes.buffer ?? bytes, bytes.byteOffset ?? 0, bytes.byteLength), width);
  };

  paint();
  show();
  const shown = ["change:results", "change:seen", "change:sentence"];
  shown.forEach((name) => model.on(name, show));
  model.on("change:painting", paint);
  return () => {
    canvas.stop();
    shown.forEach((name) => model.off(name, show));
    model.off("change:painting", paint);
  };
}

export default { render };
