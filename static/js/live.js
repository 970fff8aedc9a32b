// When a live part of a page fails, say so in the page's own words.
function tellTrouble() {
  const words = document.getElementById("trouble");
  const notices = document.getElementById("notices");
  if (words && notices && !notices.querySelector("[data-trouble]")) notices.append(words.content.cloneNode(true));
}
document.addEventListener("htmx:responseError", tellTrouble);
document.addEventListener("htmx:sendError", tellTrouble);
