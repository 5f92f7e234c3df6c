// Keeps the pages live and adds what needs a script: local times, the ticking clock, keys, copying, pictures. They work
// without it.
const rows = document.getElementById("rows");
const talk = document.getElementById("talk");
const live = document.getElementById("live");

const localTimes = (root) => root.querySelectorAll("time").forEach((time) => {
  time.textContent = new Date(time.dateTime).toLocaleString([], { dateStyle: "medium", timeStyle: "medium" });
});

const copyButtons = (root) => root.querySelectorAll("button.copy").forEach((button) => {
  button.hidden = false;
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(button.nextElementSibling.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(button.nextElementSibling);
      button.textContent = "Selected: copy it";
    }
  };
});

const dress = (root) => { localTimes(root); copyButtons(root); };

const parsed = (html) => {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
};

const show = ({ key, html }) => {
  const fresh = parsed(html);
  dress(fresh);
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

// The clock: what it showed, when, and how fast it goes.
let clock = { now: 0, speed: 1, at: performance.now() };
const clockTime = document.querySelector("#clock time");
if (clockTime) {
  clock = { now: Number(clockTime.dataset.now), speed: Number(clockTime.dataset.speed), at: performance.now() };
  const tick = () => {
    const now = new Date(clock.now + (performance.now() - clock.at) * clock.speed);
    clockTime.dateTime = now.toISOString();
    clockTime.textContent = now.toLocaleString([], { dateStyle: "medium", timeStyle: "medium" });
  };
  setInterval(tick, 1000);
}

const refreshTalk = async () => {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  const fresh = page.getElementById("talk");
  if (!fresh) return;
  dress(fresh);
  talk.replaceChildren(...fresh.childNodes);
  talk.lastElementChild?.scrollIntoView({ block: "nearest" });
};

const source = new EventSource("/inbox/live" + (rows ? location.search : ""));
source.onopen = () => { live.textContent = "live"; live.className = "on"; };
source.onerror = () => { live.textContent = "not live"; live.className = "off"; };
source.onmessage = (event) => {
  const change = JSON.parse(event.data);
  clock = { now: change.now, speed: change.speed, at: performance.now() };
  document.getElementById("failed").replaceWith(parsed(change.failed));
  if (rows) {
    change.gone.forEach((key) => document.getElementById("m" + key)?.remove());
    change.rows.forEach(show);
  }
  if (talk) refreshTalk();
};
addEventListener("pagehide", () => source.close());

// A picture for a media message: read here, and sent with the form.
const form = document.getElementById("send");
if (form) {
  const media = document.getElementById("media");
  const choose = () => { media.hidden = form.channel.value !== "media"; };
  form.channel.onchange = choose;
  choose();
  const chooser = form.querySelector(".chooser");
  chooser.hidden = false;
  chooser.querySelector("input").onchange = (event) => {
    const [file] = event.target.files;
    if (!file) { form.picture.value = ""; return; }
    const reader = new FileReader();
    reader.onload = () => { form.picture.value = reader.result; };
    reader.readAsDataURL(file);
  };
  if (document.querySelector("[role=alert]")) form.scrollIntoView();
}

const step = (by) => {
  if (!rows) return;
  const all = [...rows.children];
  const at = all.findIndex((one) => one.contains(document.activeElement));
  all[Math.min(Math.max(at + by, 0), all.length - 1)]?.querySelector("summary").focus();
};

document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  const filter = () => {
    document.getElementById("filters").open = true;
    document.querySelector("#filter [name=to]").focus();
  };
  const action = { j: () => step(1), k: () => step(-1), n: () => form?.querySelector("[name=to]").focus(), "/": filter }[event.key];
  if (action) { event.preventDefault(); action(); }
});

dress(document);
