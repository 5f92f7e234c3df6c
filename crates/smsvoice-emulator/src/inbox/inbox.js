// Keeps the list live and adds a few keys. The page works without it.
const rows = document.getElementById("rows");
const live = document.getElementById("live");

const localTimes = (root) => root.querySelectorAll("time").forEach((time) => {
  time.textContent = new Date(time.dateTime).toLocaleTimeString();
});

const show = ({ key, html }) => {
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = template.content.firstElementChild;
  localTimes(fresh);
  const old = document.getElementById("m" + key);
  if (old) {
    const opened = [...old.querySelectorAll("details")].map((one) => one.open);
    const focused = old.contains(document.activeElement);
    fresh.open = old.open;
    fresh.querySelectorAll("details").forEach((one, at) => { one.open = opened[at] ?? false; });
    old.replaceWith(fresh);
    if (focused) fresh.querySelector("summary").focus();
  } else if (rows.dataset.paged === "false") {
    const below = [...rows.children].find((one) => one.id < "m" + key);
    rows.insertBefore(fresh, below ?? null);
    document.querySelector(".empty")?.remove();
    while (rows.children.length > 200) rows.lastElementChild.remove();
  }
};

const source = new EventSource("/inbox/live" + location.search);
source.onopen = () => { live.textContent = "live"; live.className = "on"; };
source.onerror = () => { live.textContent = "not live"; live.className = "off"; };
source.onmessage = (event) => JSON.parse(event.data).forEach(show);

const step = (by) => {
  const all = [...rows.children];
  const at = all.findIndex((one) => one.contains(document.activeElement));
  all[Math.min(Math.max(at + by, 0), all.length - 1)]?.querySelector("summary").focus();
};

document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  const action = { j: () => step(1), k: () => step(-1), n: () => document.querySelector("#send [name=to]").focus(),
    "/": () => document.querySelector("#filter [name=to]").focus() }[event.key];
  if (action) { event.preventDefault(); action(); }
});

localTimes(document);
