// Asks the phone for a passkey, and sends what it says by the form that asked. Nothing else on these pages needs scripting.
"use strict";
(() => {
  const form = document.querySelector("form[data-ceremony]");
  if (!form) return;
  const button = form.querySelector("button");
  const notices = [...document.querySelectorAll("[data-told]")];

  const tell = (word) => {
    for (const each of notices) each.hidden = each.dataset.told !== word;
    const shown = notices.find((each) => !each.hidden);
    if (shown) shown.focus();
  };
  const busy = (is) => {
    button.disabled = is;
    button.classList.toggle("busy", is);
  };
  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (each) => each.charCodeAt(0));
  };
  const text = (buffer) => {
    const plain = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };
  const named = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

  const ask = (kind, told) => {
    const options = { ...told, challenge: bytes(told.challenge) };
    if (kind === "get") {
      options.allowCredentials = named(told.allowCredentials);
      return navigator.credentials.get({ publicKey: options });
    }
    options.user = { ...told.user, id: bytes(told.user.id) };
    options.excludeCredentials = named(told.excludeCredentials);
    return navigator.credentials.create({ publicKey: options });
  };
  const plain = (made) => {
    const said = made.response;
    const response = { clientDataJSON: text(said.clientDataJSON) };
    if (said.attestationObject) {
      response.attestationObject = text(said.attestationObject);
      response.transports = said.getTransports ? said.getTransports() : [];
    } else {
      response.authenticatorData = text(said.authenticatorData);
      response.signature = text(said.signature);
      if (said.userHandle) response.userHandle = text(said.userHandle);
    }
    return { id: made.id, rawId: text(made.rawId), type: made.type, response };
  };

  if (!window.PublicKeyCredential || !navigator.credentials) {
    tell("unsupported");
    busy(true);
    return;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    busy(true);
    tell("");
    try {
      const made = await ask(form.dataset.ceremony, JSON.parse(form.dataset.options));
      form.elements.answer.value = JSON.stringify(plain(made));
      form.submit();
    } catch (error) {
      const words = { InvalidStateError: "exists", NotSupportedError: "unsupported", SecurityError: "unsupported" };
      tell(words[error.name] || "cancelled");
      busy(false);
    }
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
})();
