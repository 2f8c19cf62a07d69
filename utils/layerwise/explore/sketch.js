// A small canvas among an explorer's controls; canvas.js stands before this file.

function render({ model, el }) {
  el.classList.add("layerwise-sketch");
  const paper = make("div", "layerwise-sketch-paper", el);
  const canvas = drawingCanvas(model, paper, {
    name: "layerwise-sketch", side: 224, pen: 19, sent: model.get("side"), throttle: 120, label: "Draw here.",
  });
  const clear = make("button", "layerwise-button layerwise-sketch-clear", el, "Clear");
  clear.type = "button";
  clear.addEventListener("click", canvas.clear);
  return canvas.stop;
}

export default { render };
