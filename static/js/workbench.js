// What every page can do. Everything works without it, only slower.
import "./keys.js";
import "./picking.js";
import "./upload.js";
import "./plain_copy.js";
import "./live.js";

// a <button data-opens="id"> opens that dialog
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// Escape closes an open menu and gives the focus back
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// a select or checkbox marked data-sends sends its form when it changes
document.addEventListener("change", (event) => {
  if (event.target.closest("[data-sends]")) event.target.form.requestSubmit();
});
