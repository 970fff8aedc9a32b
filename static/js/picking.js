// Picking rows: shift picks all in between; the bar that acts on them knows how many.
let last = null;

const boxes = (form) => [...document.querySelectorAll(`input[type=checkbox][form="${form}"]`)];

function tell(form) {
  const picked = boxes(form).filter((box) => box.checked).length;
  for (const box of boxes(form)) box.closest("[data-item]")?.classList.toggle("is-picked", box.checked);
  for (const count of document.querySelectorAll(`[data-picked="${form}"]`)) count.textContent = picked;
  for (const bar of document.querySelectorAll(`[data-picking="${form}"]`)) bar.hidden = picked === 0;
}

// "Explain" on a row picks it and goes to the reason
document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-explains]")?.closest("[data-item]").querySelector("input[form]");
  if (!box) return;
  box.checked = true;
  tell(box.getAttribute("form"));
  document.querySelector("[data-explain]").focus();
});

document.addEventListener("click", (event) => {
  const box = event.target;
  if (!box.matches?.("input[type=checkbox]")) return;
  if (box.dataset.picksAll) {
    for (const one of box.closest("[data-group]").querySelectorAll(`input[form="${box.dataset.picksAll}"]`)) one.checked = box.checked;
    tell(box.dataset.picksAll);
    return;
  }
  const form = box.getAttribute("form");
  if (!form) return;
  const all = boxes(form);
  if (event.shiftKey && last && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    for (const between of all.slice(from, to + 1)) between.checked = box.checked;
  }
  last = box;
  tell(form);
});

function tellAll() {
  for (const button of document.querySelectorAll("[data-explains]")) button.hidden = false;
  for (const bar of document.querySelectorAll("[data-picking]")) tell(bar.dataset.picking);
}
document.addEventListener("htmx:afterSettle", tellAll);
tellAll();
