"use strict";
(({ maps, say }) => {
  const numbers = (text) => (text ? text.split(",") : []).flatMap((run) => {
    const [first, last = first] = run.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  // As in fields.py: for each map and axis, the cells of the map before that each cell reads.
  const reads = maps.map((axes) => axes.map((table) => table.split(" ").map(numbers)));
  const read = (table, cells) => [...new Set(cells.flatMap((o) => table[o]))].sort((a, b) => a - b);
  const reading = (table, cells) => {
    const some = new Set(cells);
    return [...table.keys()].filter((o) => table[o].some((i) => some.has(i)));
  };
  const around = (at, cell) => {
    let found = [cell.map((c) => [c])];
    for (let m = at; m > 0; m--) found = [reads[m].map((table, k) => read(table, found[0][k])), ...found];
    for (let m = at + 1; m < reads.length; m++) found.push(reads[m].map((table, k) => reading(table, found[m - 1][k])));
    return found;
  };
  const runs = (cells, gap = 0) => {
    const found = [];
    for (const n of cells) {
      const last = found.at(-1);
      if (last && n - last[1] <= 1 + gap) last[1] = n;
      else found.push([n, n]);
    }
    return found;
  };
  const spans = (cells) => {
    const said = runs(cells).map(([a, b]) => (b > a ? `${a}–${b}` : `${a}`));
    return (said.length > 3 ? [said[0], said[1], `… ${said.at(-1)}`] : said).join(", ") || "—";
  };

  class Grid {
    constructor(group, at, panel) {
      const paths = [...group.querySelectorAll("path")];
      const [height, width] = [1, ...reads[at].map((table) => table.length)].slice(-2);
      Object.assign(this, { group, at, panel, height, width, frame: group.querySelector("rect") });
      Object.assign(this, { lit: [paths[0], paths.at(-1)], texts: [...group.querySelectorAll("text")].slice(-say.length) });
      const before = [...this.lit, ...this.texts].map((part) => part.cloneNode(true));
      this.reset = () => {
        this.lit.forEach((path, i) => path.setAttribute("d", before[i].getAttribute("d")));
        this.texts.forEach((text, i) => text.replaceChildren(...before[i + 2].cloneNode(true).childNodes));
      };
      this.cell = say.map(() => 0);
      group.setAttribute("tabindex", 0);
      group.classList.add("map");
      for (const name of ["pointermove", "pointerdown"]) group.addEventListener(name, (event) => this.point(event));
      for (const name of ["pointerleave", "blur"]) group.addEventListener(name, () => this.clear());
      group.addEventListener("focus", () => this.go(this.cell));
      group.addEventListener("keydown", (event) => this.press(event));
    }

    clear() {
      for (const map of this.panel) map.reset();
    }

    go(cell) {
      this.cell = cell;
      around(this.at, cell).forEach((cells, m) => this.panel[m].light(cells));
    }

    point(event) {
      const box = this.frame.getBoundingClientRect();
      const row = Math.floor((event.clientY - box.top) / box.height * this.height);
      const column = Math.floor((event.clientX - box.left) / box.width * this.width);
      const inside = row >= 0 && row < this.height && column >= 0 && column < this.width;
      if (inside) this.go([row, column].slice(-say.length));
      else this.clear();
    }

    press(event) {
      const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!by) return;
      const sizes = [this.height, this.width].slice(-say.length);
      this.go(this.cell.map((c, k) => Math.min(Math.max(c + by.slice(-say.length)[k], 0), sizes[k] - 1)));
      event.preventDefault();
    }

    light(cells) {
      const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(this.frame.getAttribute(name)));
      const [wide, high] = [width / this.width, height / this.height];
      const [rows, columns] = [[0], ...cells].slice(-2).map((along, k) => runs(along, 1.5 / [high, wide][k]));
      const d = rows.flatMap(([top, bottom]) => columns.map(([left, right]) => {
        const across = (right - left + 1) * wide;
        return `M${x + left * wide} ${y + top * high}h${across}v${(bottom - top + 1) * high}h${-across}z`;
      })).join("");
      for (const path of this.lit) path.setAttribute("d", d);
      this.texts.forEach((text, k) => {
        text.removeAttribute("textLength");
        text.textContent = say[k][cells[k].length === 1 ? 0 : 1].replace("{which}", spans(cells[k]));
      });
    }
  }

  for (const figure of document.querySelectorAll(".frames")) {
    let panel = [];
    for (const group of figure.querySelectorAll("g[role=group]")) {
      if (panel.length === maps.length) panel = [];
      panel.push(new Grid(group, panel.length, panel));
    }
  }
})
