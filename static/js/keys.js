// Keyboard: "?" lists the keys (templates/_keys.html); items are elements marked data-item.
const isTyping = (element) =>
  element.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(element.tagName) && !/^(checkbox|radio|button|submit)$/.test(element.type);

const items = () => [...document.querySelectorAll("[data-item]")].filter((item) => item.offsetParent !== null);
const current = () => document.activeElement?.closest("[data-item]");

function move(step) {
  const all = items();
  if (!all.length) return;
  const at = all.indexOf(current());
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

const press = (selector) => current()?.querySelector(selector)?.click();
const go = (place) => document.querySelector(`[data-place="${place}"]`)?.click();

const actions = {
  "?": () => document.getElementById("keys")?.showModal(),
  // the page's own search, where it has one, else the one in the bar
  "/": () => (document.querySelector("main [data-search]") ?? document.querySelector("[data-search]"))?.focus(),
  j: () => move(1),
  k: () => move(-1),
  r: () => press("[data-refuse]"),
  x: () => press("input[type=checkbox]"),
  e: () => document.querySelector("[data-explain]")?.focus(),
};

let awaitsPlace = false;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (awaitsPlace) {
    awaitsPlace = false;
    go(event.key);
  } else if (event.key === "g") {
    awaitsPlace = true;
    setTimeout(() => { awaitsPlace = false; }, 1200);
  } else if (event.key === "Enter" && event.target.matches("[data-item]")) {
    press("[data-main]");
  } else if (actions[event.key]) {
    actions[event.key]();
  } else {
    return;
  }
  event.preventDefault();
});

// After an item was decided its place in the list is taken by the next: keep the focus there.
let place = -1;
document.addEventListener("htmx:beforeRequest", () => { place = items().indexOf(current()); });
document.addEventListener("htmx:afterSettle", () => {
  if (place < 0 || current()) return;
  const all = items();
  (all[Math.min(place, all.length - 1)] ?? document.getElementById("main"))?.focus();
  place = -1;
});
