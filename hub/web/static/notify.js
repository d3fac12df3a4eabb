// Tells of what comes while the page is not looked at: on the desktop and by a tone, each only where it was asked for.
"use strict";
(() => {
  const { sound, desktop } = document.body.dataset;

  // The browser asks when somebody switches notices on, and only then.
  const wish = document.querySelector("input[name=desktop]");
  if (wish) {
    const blocked = document.getElementById("blocked");
    const show = () => { blocked.hidden = !(wish.checked && (!("Notification" in window) || Notification.permission === "denied")); };
    wish.addEventListener("change", async () => {
      if (wish.checked && "Notification" in window) await Notification.requestPermission();
      show();
    });
    show();
  }

  // Nothing of a patient: how many came and in which inbox, in the page's own words.
  function notice(words, inbox) {
    if (desktop !== "on" || !document.hidden || !("Notification" in window) || Notification.permission !== "granted") return;
    const note = new Notification(words, { body: inbox, tag: `sambud ${inbox}`, icon: "/static/icon.svg" });
    note.onclick = () => { window.focus(); note.close(); };
  }

  // A short tone; browsers give it only on a page where somebody has pressed or clicked something.
  let context = null;
  function tone() {
    context ??= new AudioContext();
    const begin = context.currentTime, voice = context.createOscillator(), loudness = context.createGain();
    voice.frequency.value = 660;
    loudness.gain.setValueAtTime(0.0001, begin);
    loudness.gain.exponentialRampToValueAtTime(0.2, begin + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.0001, begin + 0.35);
    voice.connect(loudness).connect(context.destination);
    voice.start(begin);
    voice.stop(begin + 0.4);
    document.body.dataset.tones = Number(document.body.dataset.tones || 0) + 1;
  }

  const late = () => new Set([...document.querySelectorAll("#lines tr.late a.open")].map((x) => x.id));
  let known = late();
  document.addEventListener("sambud:looked", ({ detail }) => {
    const now = late();
    const more = [...now].some((id) => !known.has(id));
    known = now;
    if (more && sound === "on") tone();
    if (detail.status) notice(detail.status, detail.name);
  });
})();
