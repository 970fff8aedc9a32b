// Passkeys: a button marked data-passkey asks the browser and sends its answer with the form.
// data-passkey is "add", "use" or "sign-in"; data-options names the element with the server's wish.
async function wish(button) {
  if (button.dataset.passkey === "sign-in") {
    const answer = await fetch(button.form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`the site answered ${answer.status}`);
    return (await answer.json()).request_options;
  }
  return JSON.parse(document.getElementById(button.dataset.options).textContent);
}

function asPasskey(options, isPasskey) {
  const selection = options.publicKey.authenticatorSelection;
  selection.residentKey = isPasskey ? "required" : "discouraged";
  selection.requireResidentKey = isPasskey;
  if (isPasskey) selection.userVerification = "required";
  return options;
}

async function answer(button) {
  const options = await wish(button);
  if (button.dataset.passkey !== "add") return window.webauthnJSON.get(options);
  const passkey = button.form.elements.passwordless;
  return window.webauthnJSON.create(asPasskey(options, passkey.checked));
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-passkey]");
  if (!button) return;
  event.preventDefault();
  const trouble = document.getElementById("passkey-trouble");
  trouble.hidden = true;
  button.disabled = true;
  try {
    button.form.elements.credential.value = JSON.stringify(await answer(button));
    button.form.submit();
  } catch {
    trouble.hidden = false; // given up, timed out, or no such key here
    trouble.focus();
    button.disabled = false;
  }
});

// without this script the buttons would do nothing, so they wait for it
for (const part of document.querySelectorAll("[data-needs-passkeys]")) {
  part.hidden = !window.PublicKeyCredential;
}
for (const part of document.querySelectorAll("[data-without-passkeys]")) {
  part.hidden = Boolean(window.PublicKeyCredential);
}
