// A document that has no title yet gets the name of its file, to be changed.
document.addEventListener("change", (event) => {
  const file = event.target.files?.[0];
  const title = document.querySelector("#id_title");
  if (!file || !title || title.value) return;
  title.value = file.name.replace(/\.[^.]+$/, "").replaceAll("_", " ").slice(0, 200);
});
