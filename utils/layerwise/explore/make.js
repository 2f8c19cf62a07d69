// Make an element with a class and a text inside another; put before every script that needs it.

const make = (tag, name, parent, text = "") => {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text) element.textContent = text;
  parent?.append(element);
  return element;
};

