// Keeps an open page as new as the journal. Without it every page still works; all words come from the server.
"use strict";
(() => {
  const SOON = 300; // milliseconds in which events become one look
  const SPREAD = 700; // and so many more by chance, so that not all who follow an inbox look at the same moment
  const CALM = 2000; // the same for who reads what
  const RETRY = 5000;
  // A stream that stands says so every 15 seconds; one that is silent for longer is held back by something in between.
  const SILENT = 30000;
  const POLL = 15000;
  const AGAIN = 150000; // then a stream is tried once more
  const PATIENCE = 10000; // how long an answer is waited for
  // A browser has six lines to a host, and a stream takes one for good: so many of its tabs have one, the others look.
  const STREAMS = 3;
  const EVENTS = [
    "message.accepted", "item.copied", "item.claimed", "item.released", "item.answered", "item.closed",
    "item.returned", "item.withdrawn", "item.replaces", "item.rehomed", "item.covered", "item.handed_back",
    "item.freed", "item.left", "item.handed_on", "item.forwarded", "item.traced", "item.taken_up", "item.waiting",
    "item.undone", "opinion.asked", "opinion.given", "item.reading",
    "deadline.warned", "deadline.escalated", "deadline.moved", "deadline.paused", "deadline.resumed", "load.pressing",
    "notice.told", "answer.acknowledged", "answer.rejected", "answer.unacknowledged",
  ];
  const byId = (id) => document.getElementById(id);
  const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail, cancelable: true }));

  // The session is over or locked. Whoever covers the page says so; else the page itself asks for the sign-in. An answer
  // to what was asked before the page was unlocked says nothing of now.
  let unlocked = 0;
  document.addEventListener("sambud:unlocked", () => { unlocked += 1; });
  function ended(asked) {
    if (asked === unlocked && tell("sambud:ended")) location.reload();
  }

  // The page's one stream, of all that happened since it was made. `page` has onEvent for each event, onState for
  // whether the line stands, and poll, which looks without a stream and says whether that went well.
  function follow(path, newest, page) {
    let stream = null, heard = 0, retry = 0, polling = 0, leave = null;

    // Whether this tab is one of those that have a stream; `leave` lets another one be.
    async function may() {
      for (let n = 1; n <= STREAMS && !leave && navigator.locks; n += 1) {
        await new Promise((known) => {
          navigator.locks.request(`sambud-stream-${n}`, { ifAvailable: true }, (lock) => {
            if (lock) return new Promise((left) => { leave = left; known(); });
            known();
            return undefined;
          });
        });
      }
      return Boolean(leave || !navigator.locks);
    }

    async function open() {
      if (!await may()) { startPolling(); return; }
      close();
      const source = new URL(path, location.href);
      if (newest) source.searchParams.set("after", newest);
      source.searchParams.set("pulse", "1");
      heard = Date.now();
      stream = new EventSource(source);
      const alive = () => {
        heard = Date.now();
        if (polling) stopPolling();
      };
      stream.addEventListener("pulse", alive);
      // The journal is another one than this page is of: a backup was put back.
      stream.addEventListener("anew", () => { newest = ""; page.onAnew(); });
      for (const name of EVENTS) stream.addEventListener(name, (e) => {
        alive();
        // What is of the moment has no number.
        if (e.lastEventId) newest = e.lastEventId;
        const data = JSON.parse(e.data);
        page.onEvent(name, data);
        // Other scripts of the page have no stream of their own.
        tell("sambud:event", { name, data });
      });
      stream.onopen = () => { heard = Date.now(); page.onState(true); };
      stream.onerror = () => {
        heard = Date.now();
        page.onState(false);
        // The browser comes back by itself after a broken line, but not after an answer that refuses.
        if (stream && stream.readyState === EventSource.CLOSED) { close(); refused(); }
      };
    }

    function close() {
      clearTimeout(retry);
      if (stream) stream.close();
      stream = null;
    }

    function end() {
      close();
      if (leave) leave();
      leave = null;
    }

    async function refused() {
      retry = setTimeout(open, RETRY);
      const asked = unlocked;
      try {
        const answer = await fetch("/here", { signal: AbortSignal.timeout(PATIENCE) });
        if (answer.redirected) ended(asked);
      } catch {
        // Nobody answers; the next try tells.
      }
    }

    function startPolling() {
      close();
      const since = Date.now();
      const step = async () => {
        await page.poll();
        if (!stream && Date.now() - since >= AGAIN) { stopPolling(); open(); }
      };
      clearInterval(polling);
      polling = setInterval(step, POLL);
      if (byId("polling")) byId("polling").hidden = false;
      setTimeout(step, SOON);
    }

    function stopPolling() {
      clearInterval(polling);
      polling = 0;
      if (byId("polling")) byId("polling").hidden = true;
    }

    open();
    setInterval(() => {
      if (stream && !polling && stream.readyState !== EventSource.CLOSED && Date.now() - heard >= SILENT) startPolling();
    }, 1000);
    addEventListener("pagehide", end);
    // A page that comes out of the browser's memory is old, and its stream is closed.
    addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });
    document.addEventListener("sambud:unlocked", () => { if (!polling) open(); });
  }

  function inbox() {
    let fresh = 0, timer = 0, looking = false, again = false, standing = true;
    const say = (text) => {
      byId("offline").textContent = text;
      byId("offline").hidden = !text;
    };
    const later = (wait) => {
      clearTimeout(timer);
      timer = setTimeout(look, wait);
    };
    const pause = () => Number(byId("lines").dataset.pause) * 1000;

    // New lists take the place of the old ones; who stood on a line stands on it still.
    function swap(html) {
      const focus = document.activeElement && document.activeElement.id;
      const parts = new DOMParser().parseFromString(html, "text/html");
      for (const id of ["inboxes", "lines"]) {
        const part = parts.getElementById(id);
        if (part && byId(id)) byId(id).replaceWith(document.adoptNode(part));
      }
      if (focus && document.activeElement === document.body && byId(focus)) byId(focus).focus({ preventScroll: true });
      const { title, status } = byId("lines").dataset;
      document.title = title;
      if (status) byId("status").textContent = status;
      tell("sambud:looked", { status, name: byId("lines").getAttribute("aria-label") });
    }

    // A line that somebody drags stays where it is until it is dropped, and one that is pressed until it is let go:
    // a click is lost when what it began on is gone. Where no release is heard of, as of a scroll bar, it waits three seconds.
    let pressed = -1e9;
    addEventListener("pointerdown", () => { pressed = performance.now(); }, true);
    for (const end of ["pointerup", "pointercancel"]) {
      addEventListener(end, () => { setTimeout(() => { pressed = -1e9; }); }, true);
    }
    const held = () => byId("main").classList.contains("dragging") || performance.now() - pressed < 3000;

    async function look() {
      if (looking) { again = true; return; }
      if (held()) { later(SOON); return; }
      looking = true;
      const asked = unlocked, shown = fresh, source = new URL(byId("lines").dataset.src, location.href);
      source.searchParams.set("language", document.documentElement.lang);
      if (shown) source.searchParams.set("new", shown);
      try {
        const answer = await fetch(source, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(PATIENCE) });
        if (answer.redirected) { ended(asked); return; }
        if (!answer.ok) throw new Error(answer.status);
        const html = await answer.text();
        if (held()) { again = true; return; }
        swap(html);
        fresh -= shown;
        if (standing) say("");
      } catch {
        say(byId("lines").dataset.offline);
      } finally {
        looking = false;
        later(again ? SOON : pause());
        again = false;
      }
    }

    const { inbox, newest } = byId("lines").dataset, here = inbox.split(" ");
    let waiting = false, calm = 0;
    follow(byId("lines").dataset.events || "/v1/events", newest, {
      onEvent(name, data) {
        if (here.includes(data.inbox) && (name === "message.accepted" || name === "item.copied")) fresh += 1;
        // People come and go often: that alone is no reason to look at once.
        if (name === "item.reading") {
          if (!calm) calm = setTimeout(() => { calm = 0; look(); }, CALM);
          return;
        }
        // The first event of a burst sets the time, so that a steady flow cannot put the look off for ever.
        if (waiting) return;
        waiting = true;
        setTimeout(() => { waiting = false; look(); }, SOON + Math.random() * SPREAD);
      },
      onState(stands) {
        standing = stands;
        // Looks share answers that may be a moment old (hub/web/answers.py); the page itself may be newer than those.
        if (stands) setTimeout(look, SOON);
        else say(byId("lines").dataset.offline);
      },
      onAnew: look,
      poll() {
        standing = true;
        return look();
      },
    });
    later(pause());
  }

  function item(page) {
    const { item, inbox, newest } = page.dataset;
    const version = (from) => from.querySelector("[data-item] input[name=version]")?.value;
    const was = version(document);
    // An item that lies in others' inbox has no stream that this person may follow; theirs is what there is.
    follow(inbox ? `/v1/events?inbox=${encodeURIComponent(inbox)}` : "/v1/events", newest, {
      onEvent(name, data) {
        if (data.item === item && /^(item|opinion)\./.test(name) && name !== "item.reading") byId("changed").hidden = false;
      },
      onState() {},
      onAnew() { byId("changed").hidden = false; },
      async poll() {
        const asked = unlocked;
        try {
          const answer = await fetch(`/items/${item}`, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(PATIENCE) });
          if (answer.redirected) { ended(asked); return; }
          if (!answer.ok) return;
          const now = version(new DOMParser().parseFromString(await answer.text(), "text/html"));
          if (now !== was) byId("changed").hidden = false;
        } catch {
          // Nobody answers; what is written goes on standing here.
        }
      },
    });
  }

  const page = document.querySelector("[data-item]");
  if (byId("lines")) inbox();
  else if (page) item(page);
})();
