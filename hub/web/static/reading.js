// Says that this page is open and whether somebody writes here, and shows who else has it open. All words come from
// the server; without this script the page counts as read for a minute from its opening.
"use strict";
(() => {
  const EVERY = 20000;
  const page = document.querySelector("[data-item]");
  if (!page) return;
  const { item } = page.dataset, path = `/items/${item}/reading`;
  let writing = false, gone = false, leaving = new AbortController();

  async function ask(options) {
    try {
      const answer = await fetch(path, { ...options, signal: leaving.signal });
      // Whoever is signed out hears of that by the page's stream.
      if (!answer.ok || answer.redirected) return;
      const part = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("readers");
      const shown = document.getElementById("readers");
      if (part && shown && part.textContent !== shown.textContent) shown.replaceChildren(...part.childNodes);
    } catch {
      // Nobody answers; the page's own stream says so.
    }
  }

  const say = () => {
    if (!document.hidden && !gone) ask({ method: "POST", body: new URLSearchParams({ writing: writing ? "1" : "0" }) });
  };

  // Somebody writes an answer as long as something stands in its field that they have written there; what the server
  // put there is theirs only where it was kept from a form that could not be sent.
  const fields = new Set(document.getElementById("problem") ? page.querySelectorAll("#text") : []);
  const written = () => [...fields].some((x) => x.value.trim() !== "");
  page.addEventListener("input", ({ target }) => {
    if (target.id === "text") fields.add(target);
    if (written() === writing) return;
    writing = !writing;
    say();
  });

  document.addEventListener("sambud:event", ({ detail: { name, data } }) => {
    if (name === "item.reading" && data.item === item && !gone) ask({});
  });
  // What is done here leads elsewhere, and may leave the item where this person sees it no more.
  document.addEventListener("submit", () => {
    gone = true;
    leaving.abort();
    leaving = new AbortController();
    setTimeout(() => { gone = false; }, EVERY);
  });
  document.addEventListener("visibilitychange", say);
  addEventListener("pagehide", () => {
    gone = true;
    navigator.sendBeacon(path, new URLSearchParams({ left: "1" }));
  });
  writing = written();
  say();
  setInterval(say, EVERY);
})();
