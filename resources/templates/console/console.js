// The console's script: asks for the key where a form needs it, keeps pages up to date, and writes times as the place does.
// Pages work without it, but for the key.
"use strict";
(() => {
  document.documentElement.classList.add("scripted");
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

  document.querySelector(".stage nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

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
    if (is) form.setAttribute("aria-busy", "true");
    else form.removeAttribute("aria-busy");
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
    let gone = false;
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
      gone = true;
    } catch (error) {
      trouble(form, TROUBLE[error.name] || CANCELLED);
    } finally {
      if (!gone) wait(form, false); // else the next page is on its way
    }
  };
  const once = (form, event) => {
    if (form.hasAttribute("aria-busy")) return event.preventDefault();
    form.setAttribute("aria-busy", "true");
    setTimeout(() => form.removeAttribute("aria-busy"), 3000); // where the answer is a file, the page stays
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.sign) return once(form, event);
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

  // ── files ── one is read into the field that it could be pasted into: what is sent is what can be seen there
  for (const chosen of document.querySelectorAll("input[data-fills]")) {
    const field = document.getElementById(chosen.dataset.fills);
    chosen.closest("[hidden]").hidden = false;
    chosen.addEventListener("change", async () => {
      const file = chosen.files[0];
      if (!file) return;
      const found = file.size > 4 * field.maxLength ? null : await file.text();
      if (found === null || found.length > field.maxLength) {
        trouble(chosen.form, "This file is too long for this page. Cut it in parts, or use the command line on the service's machine.");
        chosen.value = "";
      } else {
        trouble(chosen.form, "");
        field.value = found;
        say(`${file.name} is in the field below.`);
        field.focus();
      }
    });
  }

  // ── tables ── narrow screens show rows as cards: then only roles tell that it is a table
  const ROLES = { table: "table", thead: "rowgroup", tbody: "rowgroup", tr: "row", td: "cell", "th[scope=col]": "columnheader", "th[scope=row]": "rowheader" };
  const tabled = (root) => {
    for (const [kind, role] of Object.entries(ROLES))
      for (const each of root.querySelectorAll(`.table ${kind}`)) each.setAttribute("role", role);
  };
  tabled(document);

  // ── times ────────────────────────────────────────────────────────────────────────────────────
  const forms = {
    time: new Intl.DateTimeFormat([], { dateStyle: "medium", timeStyle: "short" }),
    day: new Intl.DateTimeFormat([], { dateStyle: "medium" }),
  };
  const local = (root) => {
    for (const each of root.querySelectorAll("time[data-local]"))
      each.textContent = forms[each.dataset.local].format(new Date(each.dateTime));
  };
  const lasts = (seconds) => {
    if (seconds < 60) return `${seconds} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
    const minutes = Math.floor((seconds % 3600) / 60);
    if (seconds < 172800) return `${Math.floor(seconds / 3600)} h${minutes ? ` ${minutes} min` : ""}`;
    return `${Math.floor(seconds / 86400)} days`;
  };
  const begun = new WeakMap();
  const tick = () => {
    const now = performance.now();
    for (const each of document.querySelectorAll("[data-since], [data-left]")) {
      if (!begun.has(each)) begun.set(each, now);
      const passed = Math.floor((now - begun.get(each)) / 1000);
      const { since, left } = each.dataset;
      const shown = since === undefined ? Math.max(0, Number(left) - passed) : Number(since) + passed;
      const words = lasts(shown);
      if (each.textContent !== words) each.textContent = words;
    }
  };
  const here = document.querySelector("nav [aria-current]");
  if (here) here.scrollIntoView({ block: "nearest", inline: "center" });
  local(document);
  tick();
  if (document.querySelector("[data-since], [data-left], [data-live]")) setInterval(tick, 1000);

  // ── news ─────────────────────────────────────────────────────────────────────────────────────
  const live = document.body.dataset.live;
  const title = document.title;
  let waiting = null;
  const busy = (place) => {
    if (place.contains(document.activeElement) || place.querySelector("form[aria-busy]")) return true;
    return [...place.querySelectorAll("input:not([type=hidden]), textarea")].some((each) => each.value !== each.defaultValue);
  };
  const items = (place) => new Map([...place.querySelectorAll("[data-item]")].map((each) => [each.id, each]));
  const replace = (old, now) => {
    if (!busy(old)) return old.replaceWith(now);
    const [had, has] = [items(old), items(now)]; // somebody works in it: what they work at stays as it is
    const last = [...had.values()].pop();
    for (const [id, each] of had) {
      if (has.has(id)) {
        if (!busy(each)) each.replaceWith(has.get(id));
      } else if (!busy(each)) {
        each.remove();
      } else {
        for (const button of each.querySelectorAll("button")) button.disabled = true;
        trouble(each, "There is nothing to decide here any more.");
      }
    }
    const list = last && last.parentElement;
    for (const [id, each] of has) if (!had.has(id) && list) list.append(each);
  };
  const leave = () => location.assign("/console/sign-in?told=signed_out");
  let fetching = false;
  let again = false;
  const refresh = async () => {
    if (fetching) {
      again = true;
      return;
    }
    fetching = true;
    try {
      const answer = await fetch(location.pathname + location.search, { headers: { "Keywright-Live": "1" } });
      if (answer.status === 401) return leave();
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const old of document.querySelectorAll("[data-fresh]")) {
        const now = page.querySelector(`[data-fresh="${old.dataset.fresh}"]`);
        if (now && now.innerHTML !== old.innerHTML) replace(old, now);
      }
      tabled(document);
      local(document);
      tick();
    } catch {
      // The line is down: the stream asks again, and then so does this.
    } finally {
      fetching = false;
      if (again) {
        again = false;
        refresh();
      }
    }
  };
  const counted = (number) => {
    for (const each of document.querySelectorAll('[data-count="requests"]')) {
      each.hidden = !number;
      each.textContent = number;
      each.setAttribute("aria-label", `${number} waiting`);
    }
    document.title = number ? `(${number}) ${title}` : title;
    if (waiting !== null && number > waiting) say(number === 1 ? "One request waits." : `${number} requests wait.`);
    waiting = number;
  };
  let stream = null;
  const listen = () => {
    if (stream || document.hidden || !document.body.classList.contains("inside")) return;
    stream = new EventSource("/console/events");
    stream.addEventListener("requests", (event) => {
      counted(Number(event.data));
      if (live === "requests") refresh();
    });
    stream.addEventListener("stations", () => {
      if (live === "stations") refresh();
    });
    stream.addEventListener("error", () => {
      if (!stream || stream.readyState !== EventSource.CLOSED) return; // else it asks again by itself
      hush();
      setTimeout(() => {
        refresh();
        listen();
      }, 15000);
    });
    stream.addEventListener("over", () => {
      hush();
      leave();
    });
  };
  const hush = () => {
    if (stream) stream.close();
    stream = null;
  };
  if (live === "stations") setInterval(() => document.hidden || refresh(), 10000); // when they were heard last
  const told = document.querySelector(".notice[role]");
  if (told) setTimeout(() => say(told.textContent.trim()), 300); // what is there from the start is not read out
  document.addEventListener("visibilitychange", () => (document.hidden ? hush() : listen()));
  window.addEventListener("pagehide", hush);
  window.addEventListener("pageshow", (event) => (event.persisted ? location.reload() : listen()));
})();
