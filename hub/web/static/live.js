// Keeps an open page as new as the journal. Without it every page still works; all words come from the server.
"use strict";
(() => {
  const SOON = 300; // milliseconds in which events become one look
  const RETRY = 5000;
  const EVENTS = [
    "message.accepted", "item.copied", "item.claimed", "item.released", "item.answered", "item.closed",
    "item.returned", "item.withdrawn", "item.replaces", "item.rehomed", "item.covered", "item.handed_back",
    "item.freed", "item.left", "item.handed_on", "item.forwarded", "item.traced", "item.taken_up", "item.waiting",
    "deadline.warned", "deadline.escalated", "deadline.moved", "deadline.paused", "deadline.resumed", "load.pressing",
    "notice.told", "answer.acknowledged", "answer.rejected", "answer.unacknowledged",
  ];
  const byId = (id) => document.getElementById(id);

  // One stream for a page, of all that happened since it was made; onEvent gets each event, onState whether it stands.
  function follow(path, newest, onEvent, onState) {
    const source = new URL(path, location.href);
    source.searchParams.set("after", newest);
    const stream = new EventSource(source);
    for (const name of EVENTS) stream.addEventListener(name, (e) => {
      newest = e.lastEventId;
      const data = JSON.parse(e.data);
      onEvent(name, data);
      // Other scripts of the page have no stream of their own.
      document.dispatchEvent(new CustomEvent("sambud:event", { detail: { name, data } }));
    });
    stream.onopen = () => onState(true);
    stream.onerror = () => {
      onState(false);
      // The browser comes back by itself after a broken line, but not after an answer that refuses.
      if (stream.readyState === EventSource.CLOSED) setTimeout(() => follow(path, newest, onEvent, onState), RETRY);
    };
    addEventListener("pagehide", () => stream.close());
    // A page that comes out of the browser's memory is old, and its stream is closed.
    addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });
  }

  function inbox() {
    let fresh = 0, timer = 0, looking = false, again = false, standing = true;
    const tell = (text) => {
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
    }

    async function look() {
      if (looking) { again = true; return; }
      looking = true;
      const shown = fresh, source = new URL(byId("lines").dataset.src, location.href);
      source.searchParams.set("language", document.documentElement.lang);
      if (shown) source.searchParams.set("new", shown);
      try {
        const answer = await fetch(source, { headers: { Accept: "text/html" } });
        // The session has ended: the page itself asks for the sign-in.
        if (answer.redirected) { location.reload(); return; }
        if (!answer.ok) throw new Error(answer.status);
        swap(await answer.text());
        fresh -= shown;
        if (standing) tell("");
      } catch {
        tell(byId("lines").dataset.offline);
      } finally {
        looking = false;
        later(again ? SOON : pause());
        again = false;
      }
    }

    const { inbox: here, newest } = byId("lines").dataset;
    let waiting = false;
    follow("/v1/events", newest, (name, data) => {
      if (data.inbox === here && (name === "message.accepted" || name === "item.copied")) fresh += 1;
      // The first event of a burst sets the time, so that a steady flow cannot put the look off for ever.
      if (waiting) return;
      waiting = true;
      setTimeout(() => { waiting = false; look(); }, SOON);
    }, (stands) => {
      standing = stands;
      if (stands) look();
      else tell(byId("lines").dataset.offline);
    });
    later(pause());
  }

  function item(page) {
    const { item, inbox, newest } = page.dataset;
    // An item that lies in others' inbox has no stream that this person may follow; theirs is what there is.
    follow(inbox ? `/v1/events?inbox=${encodeURIComponent(inbox)}` : "/v1/events", newest, (name, data) => {
      if (data.item === item && name.startsWith("item.")) byId("changed").hidden = false;
    }, () => {});
  }

  const page = document.querySelector("[data-item]");
  if (byId("lines")) inbox();
  else if (page) item(page);
})();
