// Moves messages of the board: dragged onto a team or a person, or by the key m. The form does it, also without this.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const form = byId("bulk"), to = byId("bulk-to"), button = byId("bulk-move");
  if (!form || !to) return;
  let dragged = "";

  // The rows are new whenever the page has looked.
  function prepare() {
    for (const row of document.querySelectorAll("#lines tr[data-item]")) row.draggable = true;
  }

  function choose(box, wanted) {
    if (!box || box.checked === wanted) return;
    box.checked = wanted;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // Whoever takes one of several that are chosen moves all of them; else only this one.
  function alone(box) {
    if (box.checked) return;
    for (const each of document.querySelectorAll("input[name=item]:checked")) choose(each, false);
    choose(box, true);
  }

  const near = (e, what) => (e.target instanceof Element ? e.target.closest(what) : null);
  const place = (e) => (dragged ? near(e, "#lines [data-to]") : null);

  function mark(wanted) {
    for (const row of document.querySelectorAll("#lines .onto")) if (row !== wanted) row.classList.remove("onto");
    if (wanted) wanted.classList.add("onto");
  }

  function ended() {
    dragged = "";
    mark(null);
    byId("main").classList.remove("dragging");
  }

  document.addEventListener("dragstart", (e) => {
    const row = near(e, "#lines tr[data-item]");
    if (!row) return;
    dragged = row.dataset.item;
    // Nothing but the id leaves the page, whatever it is dropped on.
    e.dataTransfer.clearData();
    e.dataTransfer.setData("text/plain", dragged);
    e.dataTransfer.effectAllowed = "move";
    e.dataTransfer.setDragImage(row, 20, 20);
    byId("main").classList.add("dragging");
  });
  document.addEventListener("dragover", (e) => {
    if (!dragged) return;
    const row = place(e);
    mark(row);
    if (row) e.preventDefault();
  });
  document.addEventListener("drop", (e) => {
    const row = place(e), box = byId(`choose-${dragged}`);
    if (!row || !box) { ended(); return; }
    e.preventDefault();
    alone(box);
    to.value = row.dataset.to;
    ended();
    if (to.value) form.requestSubmit(button);
  });
  document.addEventListener("dragend", ended);

  // Keys can be switched off; then their table is not on the page.
  addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.altKey || e.metaKey || e.defaultPrevented || !byId("keys")) return;
    // Enter moves there; the list of choices opens with the arrows or the space bar.
    if (e.key === "Enter" && e.target === to && to.value && !button.disabled) {
      e.preventDefault();
      form.requestSubmit(button);
    }
    if (e.key !== "m") return;
    if ("locked" in document.documentElement.dataset || document.querySelector("dialog[open]")) return;
    if (near(e, "select, textarea, input:not([type=checkbox])")) return;
    e.preventDefault();
    // As by dragging: a line that is not one of those chosen goes alone.
    const box = near(e, "tr[data-item]")?.querySelector("input[name=item]");
    if (box) alone(box);
    to.focus();
  });

  document.addEventListener("sambud:looked", prepare);
  prepare();
})();
