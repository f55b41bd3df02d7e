"use strict";
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const [controls, slider, play, count, live] = [".controls", "#slider", "#play", "#count", "#live"]
    .map((selector) => document.querySelector(selector));
  const frames = all(".frame");
  const cells = all(".hit");
  // The one cell of each step that keys reach.
  const hits = new Map(cells.filter((cell) => cell.hasAttribute("role"))
    .map((cell) => [Number(cell.dataset.frame), cell]));
  let now = 0;
  let timer = 0;

  const show = (n) => {
    frames[now].classList.remove("now");
    now = Math.min(Math.max(n, 0), frames.length - 1);
    const frame = frames[now];
    frame.classList.add("now");
    slider.value = now + 1;
    slider.setAttribute("aria-valuetext", frame.dataset.name);
    count.textContent = `${now + 1} / ${frames.length}`;
    live.textContent = frame.getAttribute("aria-label");
    for (const cell of cells) {
      const group = frames[Number(cell.dataset.frame)].dataset.group;
      cell.classList.toggle("there", group === frame.dataset.group);
    }
    for (const [n, hit] of hits) {
      hit.setAttribute("tabindex", n === now ? 0 : -1);
      hit.setAttribute("aria-current", n === now ? "step" : "false");
    }
    const active = document.activeElement;
    if (active && active.classList.contains("hit") && active !== hits.get(now)) {
      const next = hits.get(now);
      if (next) next.focus({ preventScroll: true });
    }
  };
  const wait = () => {
    timer = setTimeout(() => {
      show((now + 1) % frames.length);
      wait();
    }, Number(frames[now].dataset.delay));
  };
  const run = (on) => {
    clearTimeout(timer);
    timer = 0;
    play.setAttribute("aria-pressed", on);
    play.setAttribute("aria-label", on ? play.dataset.pause : play.dataset.play);
    // What changes by itself is not read out.
    live.setAttribute("aria-live", on ? "off" : "polite");
    if (on) wait();
  };
  const go = (n) => {
    run(false);
    show(n);
  };
  const moves = {
    ArrowRight: () => now + 1, ArrowDown: () => now + 1, PageDown: () => now + 10,
    ArrowLeft: () => now - 1, ArrowUp: () => now - 1, PageUp: () => now - 10,
    Home: () => 0, End: () => frames.length - 1,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === " ") {
      if (event.target.tagName === "BUTTON") return;
      run(!timer);
    } else if (Object.hasOwn(moves, event.key)) {
      go(moves[event.key]());
    } else {
      return;
    }
    event.preventDefault();
  });
  for (const [id, move] of [["first", "Home"], ["back", "ArrowLeft"], ["next", "ArrowRight"], ["last", "End"]]) {
    document.getElementById(id).addEventListener("click", () => go(moves[move]()));
  }
  play.addEventListener("click", () => run(!timer));
  slider.addEventListener("input", () => go(Number(slider.value) - 1));
  for (const cell of cells) {
    const n = Number(cell.dataset.frame);
    for (const name of ["pointerenter", "click", "focus"]) {
      cell.addEventListener(name, () => { if (n !== now) go(n); });
    }
  }
  matchMedia("(prefers-reduced-motion: reduce)").addEventListener("change", (asked) => {
    if (asked.matches) run(false);
  });

  controls.hidden = false;
  show(0);
})();
