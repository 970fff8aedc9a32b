// Files dropped on a .drop go into its input; the names are listed, the sending is shown.
const sizeOf = (bytes) => {
  const unit = bytes < 1048576 ? ["kilobyte", 1024] : ["megabyte", 1048576];
  const format = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: unit[0], maximumFractionDigits: 1 });
  return format.format(bytes / unit[1]);
};

function list(drop) {
  const input = drop.querySelector("input[type=file]");
  const names = drop.querySelector(".drop__files");
  names.replaceChildren(...[...input.files].map((file) => {
    const row = document.createElement("li");
    const name = document.createElement("span");
    const size = document.createElement("span");
    name.textContent = file.name;
    size.textContent = sizeOf(file.size);
    size.className = "soft nowrap";
    row.append(name, size);
    return row;
  }));
}

for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const drop = event.target.closest?.(".drop");
    if (!drop) return;
    event.preventDefault();
    drop.classList.toggle("drop--over", kind === "dragover");
    if (kind !== "drop") return;
    const input = drop.querySelector("input[type=file]");
    const kept = new DataTransfer();
    for (const file of input.multiple ? event.dataTransfer.files : [...event.dataTransfer.files].slice(0, 1)) kept.items.add(file);
    input.files = kept.files;
    list(drop);
  });
}
// a file dropped beside the target must not replace the page
for (const kind of ["dragover", "drop"]) window.addEventListener(kind, (event) => event.preventDefault());

document.addEventListener("change", (event) => {
  const drop = event.target.closest(".drop");
  if (drop) list(drop);
});

document.addEventListener("htmx:xhr:progress", (event) => {
  const bar = event.target.querySelector?.("progress[data-sending]");
  if (!bar || !event.detail.lengthComputable) return;
  bar.closest("[data-sending-box]").hidden = false;
  bar.max = event.detail.total;
  bar.value = event.detail.loaded;
});
