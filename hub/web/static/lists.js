// Keeps what somebody has chosen in a list while the list renews itself, and says how many that are.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const bar = byId("bulk");
  if (!bar) return;
  // What is chosen by now, by the box's own id: the value has the version that the person saw.
  const chosen = new Map();

  function tell() {
    const words = byId("chosen"), some = chosen.size > 0;
    words.textContent = some ? `${words.dataset.some} ${chosen.size}` : words.dataset.none;
    bar.hidden = !some;
  }

  document.addEventListener("change", (e) => {
    const box = e.target;
    if (box.name !== "item" || box.type !== "checkbox") return;
    if (box.checked) chosen.set(box.id, box.value);
    else chosen.delete(box.id);
    tell();
  });

  // The list was renewed: what is still as it was seen stays chosen, what somebody changed does not.
  function renewed() {
    let changed = false;
    for (const [id, value] of chosen) {
      const box = byId(id);
      if (box && box.value === value) box.checked = true;
      else {
        chosen.delete(id);
        changed = true;
      }
    }
    if (changed) byId("status").textContent = bar.dataset.changed;
    tell();
  }

  new MutationObserver((changes) => {
    if (changes.some((x) => [...x.addedNodes].some((node) => node.id === "lines"))) renewed();
  }).observe(byId("main"), { childList: true });
  // A browser that comes back to the page ticks the boxes again by itself.
  addEventListener("pageshow", () => {
    chosen.clear();
    for (const box of document.querySelectorAll("input[name=item]:checked")) chosen.set(box.id, box.value);
    tell();
  });
})();
