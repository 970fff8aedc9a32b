// When a live part of a page fails, say so in the page's own words.
function tellTrouble() {
  const words = document.getElementById("trouble");
  const notices = document.getElementById("notices");
  if (words && notices && !notices.querySelector("[data-trouble]")) notices.append(words.content.cloneNode(true));
}
document.addEventListener("htmx:responseError", tellTrouble);
document.addEventListener("htmx:sendError", tellTrouble);

// A run has ended: show the new result, unless somebody is in the middle of something.
document.addEventListener("run-ended", () => {
  const isBusy = [...document.querySelectorAll("#explain-form input, input[form=explain-form], textarea")].some(
    (field) => (field.type === "checkbox" ? field.checked : field.type !== "hidden" && field.value));
  const news = document.getElementById("newer-run");
  if (isBusy && news) news.hidden = false;
  else window.htmx.ajax("GET", location.href, { target: "#main", select: "#main", swap: "outerHTML show:none" });
});

// Signed out meanwhile: the whole page goes to sign-in, not a part of it.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!new URL(event.detail.xhr.responseURL, location.href).pathname.startsWith("/account/login/")) return;
  event.detail.shouldSwap = false;
  location.reload();
});
