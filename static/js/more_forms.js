// Another block of a formset, from its <template>; several files dropped on one block fill the next.
const holder = () => document.querySelector("[data-forms]");
const total = () => document.querySelector(`[name="${holder().dataset.forms}-TOTAL_FORMS"]`);

function add() {
  const empty = document.querySelector("[data-empty-form]");
  const at = Number(total().value);
  if (at >= Number(document.querySelector(`[name="${holder().dataset.forms}-MAX_NUM_FORMS"]`).value)) return null;
  const copy = document.createElement("template");
  copy.innerHTML = empty.innerHTML.replaceAll("__prefix__", String(at));
  const block = copy.content.querySelector("[data-form]");
  holder().append(block);
  total().value = at + 1;
  return block;
}

function show() {
  for (const button of document.querySelectorAll("[data-adds-form]")) button.hidden = false;
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-adds-form]")) return;
  add()?.querySelector("input, select").focus();
});

document.addEventListener("drop", (event) => {
  const block = event.target.closest?.("[data-form]");
  if (!block || event.dataTransfer.files.length < 2) return;
  for (const file of [...event.dataTransfer.files].slice(1)) {
    const input = add()?.querySelector("input[type=file]");
    if (!input) return;
    const kept = new DataTransfer();
    kept.items.add(file);
    input.files = kept.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
});
document.addEventListener("htmx:afterSettle", show);
show();
