"use strict";
(() => {
  const report = JSON.parse(document.getElementById("report").textContent);
  const figures = {};
  for (const section of report.sections) Object.assign(figures, section.figures);

  // Values on hover, and by arrow keys on a drawing that has the focus.
  const tip = document.getElementById("tip");
  const show = (text, x, y) => {
    tip.textContent = text;
    tip.hidden = false;
    const box = tip.getBoundingClientRect();
    tip.style.left = Math.max(4, Math.min(x + 14, innerWidth - box.width - 8)) + "px";
    tip.style.top = Math.max(4, y + box.height + 24 > innerHeight ? y - box.height - 12 : y + 14) + "px";
  };
  const hide = () => { tip.hidden = true; };
  const point = (event) => {
    const mark = event.target.closest && event.target.closest("[data-tip]");
    if (mark) show(mark.dataset.tip, event.clientX, event.clientY); else hide();
  };
  document.addEventListener("pointermove", point);
  document.addEventListener("pointerdown", point);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  for (const drawing of document.querySelectorAll("svg.chart")) {
    let at = -1;
    drawing.addEventListener("keydown", (event) => {
      const marks = drawing.querySelectorAll("[data-tip]");
      const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step || !marks.length) return;
      event.preventDefault();
      if (marks[at]) marks[at].classList.remove("at");
      at = (at + step + marks.length) % marks.length;
      marks[at].classList.add("at");
      const box = marks[at].getBoundingClientRect();
      show(marks[at].dataset.tip, box.left + box.width / 2, box.top + 20);
    });
    drawing.addEventListener("blur", () => {
      for (const mark of drawing.querySelectorAll(".at")) mark.classList.remove("at");
      at = -1;
      hide();
    });
  }

  // Tables are sorted by what the values are, not by how they are written.
  const value = (cell) => (typeof cell === "string" && cell !== "" && !isNaN(cell) ? Number(cell) : cell);
  for (const button of document.querySelectorAll("button[data-sort]")) {
    button.addEventListener("click", () => {
      const head = button.closest("th");
      const body = head.closest("table").tBodies[0];
      const rows = figures[head.closest("table").dataset.figure].rows;
      const down = head.getAttribute("aria-sort") !== "descending";
      for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const of = (row) => value(rows[row.dataset.r][button.dataset.sort]);
      const order = (one, other) => {
        const [a, b] = [of(one), of(other)];
        if (a === null || b === null) return (a === null) - (b === null); // what is missing stands last
        const less = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
        return down ? -less : less;
      };
      body.append(...[...body.rows].sort(order));
    });
  }

  // What a spreadsheet would take for a formula gets an apostrophe in front.
  const field = (cell) => {
    if (cell === null) return "";
    const text = typeof cell === "string" && isNaN(cell) && /^[=+\-@\t\r]/.test(cell) ? "'" + cell : String(cell);
    return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
  };
  for (const button of document.querySelectorAll("button[data-csv]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const figure = figures[button.dataset.csv];
      const names = figure.columns.map((column) => column.name);
      const lines = [names, ...figure.rows.map((row) => names.map((name) => row[name]))];
      const text = lines.map((line) => line.map(field).join(",") + "\r\n").join("");
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
      link.download = button.dataset.csv + ".csv";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
  }
})();
