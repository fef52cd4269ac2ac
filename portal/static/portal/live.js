// Shows a new plan without a reload: hears of it over server-sent events, or asks now and then
// when the stream is away, and puts the part of the page that changed in place.

const POLL_MILLISECONDS = 30_000;
const part = () => document.getElementById("plan");
let shown = null;
let poll = null;

async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (answer.redirected || answer.status === 404) return location.reload();
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("plan");
  if (fresh) part().replaceWith(document.adoptNode(fresh));
}

function listen() {
  const stream = new EventSource(part().dataset.live);
  stream.addEventListener("plan", (event) => {
    const first = shown === null;
    if (event.data === shown) return;
    shown = event.data;
    if (!first) refresh();
  });
  stream.onopen = () => { clearInterval(poll); poll = null; };
  stream.onerror = () => { poll ??= setInterval(refresh, POLL_MILLISECONDS); };
  addEventListener("pagehide", () => stream.close());
}

listen();
