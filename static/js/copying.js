// A button marked data-copies="id" copies what that field holds, and says so.
const show = () => {
  if (!navigator.clipboard) return; // without TLS there is none: people select and copy
  for (const button of document.querySelectorAll("[data-copies]")) button.hidden = false;
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copies);
  field.select();
  await navigator.clipboard.writeText(field.value);
  button.closest("[data-copying]").querySelector("[data-copied]").hidden = false;
});
show();
