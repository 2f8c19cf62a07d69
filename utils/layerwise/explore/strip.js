// The layers of a network as buttons in a row: one of them is chosen, by pointer or with the arrow keys.

function render({ model, el }) {
  el.classList.add("layerwise-strip");
  const group = make("fieldset", "layerwise-strip-group", el);
  make("legend", "", group, model.get("label"));
  const inputs = new Map();
  const name = `layerwise-strip-${Math.random().toString(36).slice(2)}`;
  model.get("options").forEach((option, place) => {
    const button = make("label", "layerwise-strip-option", group);
    const input = make("input", "", button);
    Object.assign(input, { type: "radio", name, value: option });
    make("span", "", button, option);
    make("small", "", button, model.get("notes")[place] ?? "");
    input.addEventListener("change", () => {
      if (!input.checked) return;
      model.set("value", option);
      model.save_changes();
    });
    inputs.set(option, input);
  });
  const follow = () => {
    const input = inputs.get(model.get("value"));
    if (input) input.checked = true;
  };
  model.on("change:value", follow);
  follow();
  return () => model.off("change:value", follow);
}

export default { render };
