// Looks again at a file that a worker has, and puts in place what changed, until it has ended.

const EVERY_MILLISECONDS = 1000;
const part = () => document.getElementById("file-import");

async function look() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (answer.redirected || !answer.ok) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("file-import");
  if (fresh) part().replaceWith(document.adoptNode(fresh));
  again();
}

function again() {
  if (part()?.hasAttribute("data-unfinished")) setTimeout(() => look().catch(again), EVERY_MILLISECONDS);
}

again();
