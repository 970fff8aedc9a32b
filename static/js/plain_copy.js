// Copied figures paste into a spreadsheet as numbers: a typographic minus becomes "-".
document.addEventListener("copy", (event) => {
  const text = String(document.getSelection());
  if (!/\u2212\d/.test(text) || /^(INPUT|TEXTAREA)$/.test(document.activeElement?.tagName)) return;
  event.clipboardData.setData("text/plain", text.replace(/\u2212(?=\d)/g, "-"));
  event.preventDefault();
});
