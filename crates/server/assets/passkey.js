// Passkeys: a form that is pressed has the browser make one or answer with one, and takes the answer along. Where there is
// no script, no passkey or another address than the server's own, such forms stay hidden.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** Options as the browser takes them: bytes in place of base64url. */
function taken(options) {
  const named = (one) => ({ ...one, id: bytes(one.id) });
  const taken = { ...options, challenge: bytes(options.challenge) };
  if (options.user) taken.user = named(options.user);
  if (options.excludeCredentials) taken.excludeCredentials = options.excludeCredentials.map(named);
  return taken;
}

/** An answer as the server reads it: base64url in place of bytes. */
function written(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  const { credProps } = credential.getClientExtensionResults();
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credProps ? { credProps } : {},
  });
}

/** What the server asks: it stands in the form, or is fetched. */
async function asked(form) {
  if (form.dataset.options) return { challenge: form.elements.challenge.value, options: JSON.parse(form.dataset.options) };
  const response = await fetch(form.dataset.ask, { method: "POST", headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(response.statusText);
  return response.json();
}

async function press(form) {
  const failed = form.querySelector("[role=alert]");
  failed.hidden = true;
  form.setAttribute("aria-busy", "true");
  try {
    const { challenge, options } = await asked(form);
    const credential = await navigator.credentials[form.dataset.passkey]({ publicKey: taken(options) });
    form.elements.challenge.value = challenge;
    form.elements.answer.value = written(credential);
    form.submit();
  } catch {
    failed.classList.add("note-danger");
    failed.hidden = false;
  } finally {
    form.removeAttribute("aria-busy");
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential || location.origin !== form.dataset.origin) continue;
  document.getElementById("passkey-unfit")?.remove();
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!form.hasAttribute("aria-busy")) press(form);
  });
}
