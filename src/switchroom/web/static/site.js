// What every page does: times in the reader's own zone, lengths that grow, parts that renew themselves.

const moments = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

function localise(root) {
  for (const element of root.querySelectorAll("time[datetime]")) {
    element.textContent = moments.format(new Date(element.dateTime));
  }
}

function grow() {
  for (const element of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.round(Date.now() / 1000 - Number(element.dataset.since)));
    element.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
}

// An element with data-follow is fetched anew, with its page, whenever the event stream of that address says so.
let due = 0;

async function renew() {
  due = 0;
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const old of document.querySelectorAll("[data-follow]")) {
    const next = fresh.getElementById(old.id);
    if (!next) continue;
    localise(next);
    const open = [...old.querySelectorAll("details")].map((details) => details.open);
    old.replaceChildren(...next.childNodes);
    old.querySelectorAll("details").forEach((details, index) => { details.open = open[index] ?? details.open; });
    if (!next.dataset.follow) location.reload(); // the call is over: the player can be shown
  }
  grow();
}

const followed = document.querySelector("[data-follow]");
if (followed) {
  const stream = new EventSource(followed.dataset.follow);
  stream.addEventListener("change", () => { due ||= setTimeout(renew, 400); });
  addEventListener("pagehide", () => stream.close());
}

const engine = document.querySelector("[data-engine]");
if (engine) {
  setInterval(async () => {
    if (document.hidden) return;
    const answer = await fetch("/health/ready").catch(() => null);
    const state = await answer?.json().catch(() => null);
    engine.querySelector(".dot").classList.toggle("on", Boolean(state?.calls));
    engine.querySelector("[data-engine-text]").textContent = !state ? "This page has lost its server"
      : state.engine !== "ok" ? "Finishing the last calls before a restart"
      : state.calls === 1 ? "1 call is going on now"
      : state.calls ? `${state.calls} calls are going on now` : "Ready for a call";
  }, 3000);
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
}

localise(document);
grow();
setInterval(grow, 1000);
