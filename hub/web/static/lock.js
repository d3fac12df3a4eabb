// Covers a page where nobody did anything for a while, and lets its person go on where they were. The server locks the
// session by itself too; this only makes it seen, and keeps what was typed.
"use strict";
(() => {
  const dialog = document.getElementById("lock");
  if (!dialog) return;
  const { minutes, person, username } = dialog.dataset;
  const PING = 30000; // how often the server is told that somebody writes or points here
  const LOOK = 5000;
  const PATIENCE = 10000; // how long an answer is waited for
  const form = dialog.querySelector("form"), wrong = document.getElementById("lock-wrong");
  const password = document.getElementById("lock-password");
  // Pages of one browser have one session: who acts in one of them is there for all.
  const others = new BroadcastChannel("sambud-lock");
  let acted = Date.now(), told = acted, title = "", unlocked = 0;

  const locked = () => dialog.open;

  function cover() {
    if (locked()) return;
    for (const open of document.querySelectorAll("dialog[open]")) open.close();
    title = document.title;
    document.title = "Sambud";
    document.documentElement.dataset.locked = "";
    dialog.showModal();
    password.focus();
  }

  function uncover() {
    if (!locked()) return;
    delete document.documentElement.dataset.locked;
    dialog.close();
    document.title = title;
    form.reset();
    wrong.hidden = true;
    acted = told = Date.now();
    unlocked += 1;
    document.dispatchEvent(new CustomEvent("sambud:unlocked"));
  }

  async function lock() {
    cover();
    others.postMessage({ what: "locked" });
    try {
      // Also when the page is left at once.
      await fetch("/lock", { method: "POST", redirect: "manual", keepalive: true });
    } catch {
      // Without a line the server locks by its own clock.
    }
  }

  async function ping() {
    told = Date.now();
    const asked = unlocked;
    try {
      const answer = await fetch("/here", { method: "POST", redirect: "manual" });
      if (answer.type === "opaqueredirect" && asked === unlocked) cover();
    } catch {
      // Without a line nothing is known; live.js says so.
    }
  }

  function act() {
    if (locked()) return;
    acted = Date.now();
    others.postMessage({ what: "acted" });
  }

  function look() {
    if (locked()) return;
    const now = Date.now();
    if (Number(minutes) && now - acted >= Number(minutes) * 60000) lock();
    else if (acted > told && now - told >= PING) ping();
  }

  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    const body = new URLSearchParams({ username, password: password.value });
    try {
      const answer = await fetch("/sign-in", { method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
      if (answer.type === "opaqueredirect") {
        others.postMessage({ what: "unlocked", person });
        uncover();
        return;
      }
      const said = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("wrong");
      wrong.textContent = said ? said.textContent : "";
      wrong.hidden = !said;
      password.select();
    } catch {
      // Nobody answers: the page stays covered, and the next try tells.
    }
  });
  // Escape does not open what is locked, also where the browser does not know closedby.
  dialog.addEventListener("cancel", (e) => e.preventDefault());
  dialog.addEventListener("close", () => { if ("locked" in document.documentElement.dataset) dialog.showModal(); });

  // A page without a stream hears of nothing: it asks whether its session lasts, and whose it is.
  const followed = Boolean(document.querySelector("#lines, [data-item]"));
  async function ask() {
    if (followed || locked() || document.hidden) return;
    const asked = unlocked;
    try {
      const answer = await fetch("/here", { redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
      const another = answer.ok && answer.headers.get("Sambud-Person") !== person;
      if ((answer.type === "opaqueredirect" || another) && asked === unlocked) cover();
    } catch {
      // Without a line nothing is known.
    }
  }
  setInterval(ask, PING);
  document.addEventListener("visibilitychange", ask);

  // Whoever signs out leaves nothing to be read in their other tabs.
  document.getElementById("sign-out")?.form.addEventListener("submit", () => others.postMessage({ what: "locked" }));
  document.getElementById("lock-now")?.addEventListener("submit", (e) => { e.preventDefault(); lock(); });
  document.addEventListener("sambud:ended", (e) => { e.preventDefault(); cover(); });
  for (const name of ["keydown", "pointerdown", "wheel", "input"]) {
    let last = 0;
    addEventListener(name, () => {
      if (Date.now() - last < 1000) return;
      last = Date.now();
      act();
    }, { passive: true, capture: true });
  }
  others.onmessage = ({ data }) => {
    if (data.what === "acted") acted = told = Date.now();
    if (data.what === "locked") cover();
    if (data.what === "unlocked" && data.person === person) uncover();
  };
  setInterval(look, LOOK);
  // A computer that slept shows nothing of what stood there.
  document.addEventListener("visibilitychange", look);
})();
