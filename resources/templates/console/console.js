// The console's script: asks for the key where a form needs it, keeps pages up to date, and writes times as the place does.
// Pages work without it, but for the key.
"use strict";
(() => {
  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (each) => each.charCodeAt(0));
  };
  const text = (buffer) => {
    const plain = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };
  const named = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));
  const say = (words) => {
    const place = document.getElementById("spoken");
    if (place) place.textContent = words;
  };

  // ── the key ──────────────────────────────────────────────────────────────────────────────────
  const asked = (told, make) => {
    const options = { ...told, challenge: bytes(told.challenge) };
    if (!make) {
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
  const TROUBLE = {
    InvalidStateError: "This key is registered already. Use another one.",
    NotSupportedError: "This browser cannot ask for a security key.",
    SecurityError: "This browser does not ask for a security key at this address.",
  };
  const CANCELLED = "The key did not answer. Nothing was sent. Try again.";

  const put = (form, name, value) => {
    let field = form.elements[name];
    if (!field) {
      field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      form.append(field);
    }
    field.value = value;
  };
  const wait = (form, is) => {
    for (const each of form.querySelectorAll("button")) each.disabled = is;
    form.toggleAttribute("aria-busy", is);
    const line = form.querySelector("[data-touching]");
    if (line) line.hidden = !is;
  };
  const trouble = (form, words) => {
    const line = form.querySelector("[data-trouble]");
    if (!line) return;
    line.textContent = words;
    line.hidden = !words;
  };
  const signs = async (form, button) => {
    if (!window.PublicKeyCredential || !navigator.credentials) return trouble(form, TROUBLE.NotSupportedError);
    const sent = new URLSearchParams(new FormData(form));
    if (button && button.name) sent.set(button.name, button.value);
    wait(form, true);
    trouble(form, "");
    try {
      const answer = await fetch(form.dataset.sign, { method: "POST", body: sent });
      const told = await answer.json();
      if (!answer.ok) return trouble(form, `${told.title || ""} ${told.text || ""}`.trim());
      const made = await asked(told.public_key, "make" in form.dataset);
      put(form, "challenge", told.challenge_id);
      put(form, "credential", JSON.stringify(plain(made)));
      if (button && button.name) put(form, button.name, button.value);
      form.submit();
    } catch (error) {
      trouble(form, TROUBLE[error.name] || CANCELLED);
    } finally {
      wait(form, false);
    }
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.sign) return;
    event.preventDefault();
    if (!form.hasAttribute("aria-busy")) signs(form, event.submitter);
  });
  const code = document.querySelector("[data-unless-hash]");
  if (code && location.hash.length > 1) {
    code.querySelector("input").value = decodeURIComponent(location.hash.slice(1));
    code.hidden = true;
    history.replaceState(null, "", location.pathname);
  }
  if (document.querySelector("[data-again]")) location.replace(location.pathname + location.search);

  // ── times ────────────────────────────────────────────────────────────────────────────────────
  const forms = {
    time: new Intl.DateTimeFormat([], { dateStyle: "medium", timeStyle: "short" }),
    day: new Intl.DateTimeFormat([], { dateStyle: "medium" }),
  };
  const local = (root) => {
    for (const each of root.querySelectorAll("time[data-local]"))
      each.textContent = forms[each.dataset.local].format(new Date(each.dateTime));
  };
  local(document);
})();
