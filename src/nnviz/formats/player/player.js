"use strict";
(async () => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  for (const figure of all("[data-packed]")) {
    const bytes = Uint8Array.from(atob(figure.dataset.packed), (sign) => sign.charCodeAt(0));
    const plain = new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")));
    const data = new Set([...figure.querySelectorAll("image")].map((image) => image.getAttribute("href")));
    figure.innerHTML = (await plain.text()).replace(/ href="(\d+)"/g, (_, i) => ` href="${[...data][i]}"`);
  }
  const [controls, slider, play, count, live] = [".controls", "#slider", "#play", "#count", "#live"]
    .map((selector) => document.querySelector(selector));
  const steps = all("#steps li");
  const figures = all(".frames");
  const cells = all(".hit");
  // Those of each step that keys reach, one in each arrangement.
  const hits = cells.filter((cell) => cell.hasAttribute("role"));
  for (const hit of hits) hit.setAttribute("aria-label", steps[hit.dataset.frame].dataset.name);
  const frame = (cell) => Number(cell.dataset.frame);
  const seen = (text) => new Set(text.split(" ").flatMap((range) => {
    const [first, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  }));
  const parts = all("[data-at]").map((part) => [part, seen(part.dataset.at)]);
  let now = 0;
  let timer = 0;

  const show = (n) => {
    now = Math.min(Math.max(n, 0), steps.length - 1);
    const { name, group, turn } = steps[now].dataset;
    for (const [part, at] of parts) part.toggleAttribute("data-on", at.has(now));
    for (const figure of figures) figure.setAttribute("aria-label", steps[now].textContent);
    slider.value = now + 1;
    slider.setAttribute("aria-valuetext", name);
    count.textContent = `${turn} / ${steps.length}`;
    live.textContent = steps[now].textContent;
    for (const cell of cells) cell.classList.toggle("there", steps[frame(cell)].dataset.group === group);
    for (const hit of hits) {
      hit.setAttribute("tabindex", frame(hit) === now ? 0 : -1);
      hit.setAttribute("aria-current", frame(hit) === now ? "step" : "false");
    }
    const active = document.activeElement;
    if (active && active.classList.contains("hit") && frame(active) !== now) {
      const next = hits.find((hit) => frame(hit) === now && hit.getClientRects().length);
      if (next) next.focus({ preventScroll: true });
    }
  };
  const wait = () => {
    timer = setTimeout(() => {
      show((now + 1) % steps.length);
      wait();
    }, Number(steps[now].dataset.delay));
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
    Home: () => 0, End: () => steps.length - 1,
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
    const n = frame(cell);
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
