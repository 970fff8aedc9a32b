// The slider moves the day of payment, the day moves the slider; the table follows.
const form = document.getElementById("late-form");
const slider = form.querySelector("input[type=range]");
const shown = form.querySelector("output");
const day = form.elements.paid_on;
const due = Date.parse(`${form.dataset.due}T00:00:00Z`);
const DAY = 86_400_000;

function follow() {
  const late = Math.round((Date.parse(`${day.value}T00:00:00Z`) - due) / DAY);
  if (Number.isNaN(late)) return;
  slider.value = String(Math.min(Math.max(late, 0), Number(slider.max)));
  shown.value = slider.value;
}

slider.addEventListener("input", () => {
  day.value = new Date(due + Number(slider.value) * DAY).toISOString().slice(0, 10);
  shown.value = slider.value;
});
slider.addEventListener("change", () => form.dispatchEvent(new Event("late-changed")));
day.addEventListener("change", follow);
form.querySelector("[data-slider]").hidden = false;
follow();
