// Nine weights in a square: write a number, or step it with the arrow keys.

function render({ model, el }) {
  el.classList.add("layerwise-grid");
  const group = make("fieldset", "layerwise-grid-cells", el);
  make("legend", "", group, model.get("label"));
  const most = model.get("most");
  const paint = (input) => {
    const number = Number(input.value) || 0;
    const strength = Math.min(Math.abs(number) / 4, 1) * 0.45;
    const colour = number < 0 ? "43, 123, 186" : "217, 100, 42";
    input.style.backgroundColor = number ? `rgba(${colour}, ${strength})` : "transparent";
  };
  const inputs = model.get("value").map((number, place) => {
    const input = make("input", "", group);
    Object.assign(input, { type: "number", min: -most, max: most, step: 0.25, value: number });
    input.setAttribute("aria-label", `weight in row ${Math.floor(place / 3) + 1}, column ${(place % 3) + 1}`);
    input.addEventListener("input", () => {
      paint(input);
      const numbers = inputs.map((one) => Number(one.value));
      if (input.value === "" || numbers.some((one) => !Number.isFinite(one) || Math.abs(one) > most)) return;
      model.set("value", numbers);
      model.save_changes();
    });
    paint(input);
    return input;
  });
  const follow = () => model.get("value").forEach((number, place) => {
    if (Number(inputs[place].value) !== number) inputs[place].value = number;
    paint(inputs[place]);
  });
  model.on("change:value", follow);
  return () => model.off("change:value", follow);
}

export default { render };
