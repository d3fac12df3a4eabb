// One key for each act. What each key does stands in the help's table, which the server makes; here is how it is done.
// Nothing happens while somebody writes, nor with Ctrl, Alt or Meta, and all of it can be switched off.
"use strict";
(() => {
  const help = document.getElementById("keys");
  if (!help) return;
  const byId = (id) => document.getElementById(id);
  const table = new Map();
  for (const row of help.querySelectorAll("[data-does]"))
    table.set(`${row.dataset.shift === "yes" ? "Shift+" : ""}${row.dataset.key}`, row.dataset.does);
  const FIELDS = "select, textarea, input:not([type=hidden]):not([type=file])";
  // What stands for each line of a list: its message, or its box where somebody may move it and not open it.
  const lines = () => [...document.querySelectorAll("table.lines tbody tr")]
    .map((x) => x.querySelector("a.open") ?? x.querySelector("input[name=item]")).filter(Boolean);
  const row = () => document.activeElement?.closest("table.lines tbody tr") ?? null;
  const at = () => lines().findIndex((x) => row()?.contains(x));

  function stand(line) {
    line.focus();
    line.closest("tr").scrollIntoView({ block: "nearest" });
  }

  function select(step) {
    const all = lines();
    if (!all.length) return;
    const now = at();
    stand(all[now < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(now + step, 0), all.length - 1)]);
  }

  // Whoever comes back to a list, or has done something in it, stands where they stood; where that line is gone, on the
  // one that has come into its place.
  const PLACE = `sambud-line ${location.pathname}`;
  document.addEventListener("focusin", () => {
    const now = at();
    if (now >= 0) sessionStorage.setItem(PLACE, JSON.stringify({ id: lines()[now].id, now }));
  });
  function comeBack() {
    const kept = JSON.parse(sessionStorage.getItem(PLACE)), all = lines();
    const moved = new URLSearchParams(location.search).has("done") ||
      performance.getEntriesByType("navigation")[0]?.type === "back_forward";
    if (kept && moved && all.length && document.activeElement === document.body)
      stand(all.find((x) => x.id === kept.id) ?? all[Math.min(kept.now, all.length - 1)]);
  }

  function shown(element) {
    for (let up = element.closest("details"); up; up = up.parentElement.closest("details")) up.open = true;
    element.scrollIntoView({ block: "nearest" });
  }

  // A form without fields is sent. Of any other, what is still missing comes next; when nothing is, its button, so that
  // Enter sends it. The form goes by the button that was asked for, whichever field Enter is pressed in.
  function use(...ids) {
    const button = ids.map(byId).find((x) => x && !x.disabled);
    if (!button) return false;
    const form = button.form;
    shown(button);
    const fields = [...form.querySelectorAll(FIELDS)];
    form.dataset.by = button.id;
    if (!fields.length) button.click();
    else (fields.find((x) => !x.checkValidity()) ?? button).focus();
    return true;
  }

  // In a list the form under it does it to the selected row alone, where that form can; else the message's own page.
  function onRow(does, value) {
    const link = row()?.querySelector("a.open");
    if (!link) return false;
    const box = row().querySelector("input[name=item]");
    const bulk = value && box?.form?.querySelector(`button[value="${value}"]`);
    if (!bulk) {
      location.href = `${link.href}#key-${does}`;
      return true;
    }
    for (const each of document.querySelectorAll("input[name=item]")) {
      if (each.checked === (each === box)) continue;
      each.checked = each === box;
      each.dispatchEvent(new Event("change", { bubbles: true }));
    }
    bulk.click();
    return true;
  }

  const written = () => Boolean(byId("text")?.value.trim() && !byId("text").readOnly);
  const send = (form) => form.requestSubmit(byId(form.dataset.by)?.form === form ? byId(form.dataset.by) : null);

  const ACTS = {
    next: () => select(1),
    previous: () => select(-1),
    take: () => use("claim") || onRow("take", "take"),
    give: () => use("release") || onRow("give"),
    reply() {
      const field = byId("text");
      if (!field || field.readOnly) return onRow("reply");
      shown(field);
      field.focus();
    },
    end: () => use(...(written() ? ["answer"] : []), "read", "close") || onRow("end"),
    endnext: () => use(...(written() ? ["answer-next"] : []), "read-next", "close-next") || onRow("endnext"),
    hand: () => use("hand_on") || onRow("hand"),
    wrong: () => use("wrong-address") || onRow("wrong"),
    undo: () => use("undo"),
    search() {
      const field = document.querySelector("[type=search]");
      if (field) field.focus();
      else location.href = "/search";
    },
    help: () => { help.showModal(); byId("keys-close").focus(); },
  };

  const writes = (x) => x.matches("textarea, select, [contenteditable]") ||
    (x.matches("input") && !["checkbox", "radio", "button", "submit"].includes(x.type));

  addEventListener("keydown", (e) => {
    if (e.defaultPrevented || e.isComposing || "locked" in document.documentElement.dataset) return;
    const target = e.target instanceof Element ? e.target : document.body;
    const form = target.matches("textarea, select, input") && target.form?.method === "post" ? target.form : null;
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey) && form) {
      e.preventDefault();
      send(form);
      return;
    }
    if (e.ctrlKey || e.altKey || e.metaKey) return;
    if (e.key === "Escape" && writes(target)) { target.blur(); return; }
    // Enter sends what was chosen; a list of choices opens with the arrows or the space bar.
    if (e.key === "Enter" && form && target.matches("select, [type=radio]") && form.dataset.by) {
      e.preventDefault();
      send(form);
      return;
    }
    if (writes(target) || document.querySelector("dialog[open]")) return;
    const letter = e.key.length === 1 && e.key.toLowerCase() !== e.key.toUpperCase();
    const does = table.get(letter && e.shiftKey ? `Shift+${e.key.toLowerCase()}` : letter ? e.key.toLowerCase() : e.key);
    // A key that is held down moves on, but does nothing twice.
    if (!does || (e.repeat && does !== "next" && does !== "previous")) return;
    e.preventDefault();
    ACTS[does]();
  });

  comeBack();
  const asked = /^#key-(\w+)$/.exec(location.hash);
  if (asked && Object.hasOwn(ACTS, asked[1])) {
    history.replaceState(null, "", location.pathname + location.search);
    ACTS[asked[1]]();
  }
})();
