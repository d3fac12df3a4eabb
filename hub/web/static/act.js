// Makes what a person can do on a page quicker. Without it all of it works all the same; all words come from the server.
"use strict";
(() => {
  // Who did something can take it back for a while, and is not offered it when that is over.
  for (const form of document.querySelectorAll("[data-undo-seconds]")) {
    setTimeout(() => form.remove(), Number(form.dataset.undoSeconds) * 1000);
  }

  // A ready answer comes where the writer is, without a way to the server.
  const insert = document.getElementById("insert"), text = document.getElementById("text");
  if (insert && text) insert.addEventListener("click", (e) => {
    e.preventDefault();
    const [chosen] = document.getElementById("template").selectedOptions;
    text.setRangeText(chosen.dataset.text, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  });
})();
