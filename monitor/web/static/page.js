// The live page: alerts as they come, feeds as they do. Text from feeds goes in through textContent only.
"use strict";

const MAX_CARDS = 200;
const MAX_ARTICLES = 50;
const MAX_REVISIONS = 30;
const REFRESH_MILLISECONDS = 15_000;
const RECONNECT_MILLISECONDS = 5_000;
const SEVERITIES = ["low", "medium", "high", "critical"];

const byId = (id) => document.getElementById(id);
const cards = byId("cards");
let lastId = document.body.dataset.after;
let epoch = document.body.dataset.epoch;

// ---- building elements

function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

// As core/escape.py: no controls, no direction overrides, no invisible text.
const UNSAFE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
const clean = (text) => String(text).replace(UNSAFE, "");

const text = (tag, content, attributes) => el(tag, attributes, clean(content));
const language = (lang) => (lang && lang !== "und" ? lang : null);
const titleOf = (article) => ({ lang: language(article.lang), dir: "auto" });
const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

function outsideLink(url, title, attributes) {
  if (!/^https?:\/\/[^/]/i.test(url) || url.length > 2000) return text("span", title, attributes);
  return text("a", title, { ...attributes, href: url, rel: "noopener noreferrer", target: "_blank" });
}

// ---- times

function ago(moment) {
  const seconds = (Date.now() - moment) / 1000;
  if (Math.abs(seconds) < 45) return "just now";
  const minutes = Math.max(1, Math.round(Math.abs(seconds) / 60));
  const hours = Math.round(minutes / 60);
  const length = minutes < 90 ? `${minutes} min` : hours < 36 ? `${hours} h` : `${Math.round(hours / 24)} d`;
  return seconds > 0 ? `${length} ago` : `in ${length}`;
}

function showTime(element) {
  const moment = new Date(element.dateTime);
  if (Number.isNaN(moment.getTime())) return;
  const isToday = moment.toDateString() === new Date().toDateString();
  const clock = moment.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const day = isToday ? "" : `${moment.toLocaleDateString([], { day: "numeric", month: "short" })} `;
  element.textContent = `${day}${clock} · ${ago(moment)}`;
  element.title = moment.toLocaleString();
}

function time(iso) {
  const element = el("time", { datetime: iso });
  showTime(element);
  return element;
}

const showTimes = () => document.querySelectorAll("time").forEach(showTime);

// ---- cards

// The quote, with the first place of each piece of evidence marked; as `marked` in cards.py.
function quoteOf(data, lang) {
  const quote = clean(data.quote);
  const spans = data.evidence
    .slice(0, 40)
    .map((piece) => [quote.indexOf(clean(piece.text)), clean(piece.text).length])
    .filter(([start, length]) => start >= 0 && length > 0)
    .sort((a, b) => a[0] - b[0]);
  const pieces = [];
  let at = 0;
  for (const [start, length] of spans) {
    const end = start + length;
    if (end <= at) continue;
    pieces.push(quote.slice(at, Math.max(start, at)), el("mark", null, quote.slice(Math.max(start, at), end)));
    at = end;
  }
  pieces.push(quote.slice(at));
  return quote ? el("blockquote", { lang: language(lang), dir: "auto" }, pieces) : null;
}

function articleLine(article) {
  const source = el("span", { class: "source" }, text("span", article.publisher, { dir: "auto" }));
  if (article.copy_of) source.append(" · copy");
  if (article.published_at) source.append(" · ", time(article.published_at));
  return el("li", null, outsideLink(article.url, article.title || article.url, titleOf(article)), source);
}

function articlesOf(story, isOpen) {
  const more = story.articles.length - MAX_ARTICLES;
  return el(
    "details",
    { class: "articles", open: isOpen },
    text("summary", counted(story.articles.length, "article")),
    el("ul", null, story.articles.slice(0, MAX_ARTICLES).map(articleLine)),
    more > 0 ? text("p", `and ${more} more`, { class: "hint" }) : null,
  );
}

function revisionLine(alert) {
  const change = alert.data.change;
  return el(
    "li",
    { value: alert.data.revision },
    text("span", change.kind, { class: `change ${change.kind}` }),
    " ",
    time(alert.time),
    " ",
    text("span", change.text, { dir: "auto" }),
  );
}

function card(alert, earlier, open) {
  const data = alert.data;
  const articles = data.story.articles;
  const lead = articles.find((article) => article.title === data.headline) ?? articles[0];
  const revisions = [...earlier, revisionLine(alert)].slice(-MAX_REVISIONS);
  return el(
    "article",
    {
      class: `alert ${data.severity} is-${data.change.kind} fresh`,
      "data-alert": data.alert_id,
      "data-rule": data.rule,
      "data-severity": data.severity,
      "data-revision": data.revision,
    },
    el(
      "header",
      null,
      text("span", data.severity, { class: "severity" }),
      text("span", data.rule_title, { class: "rule", dir: "auto" }),
      text("span", data.change.kind, { class: `change ${data.change.kind}` }),
      time(alert.time),
    ),
    el("h3", { dir: "auto" }, outsideLink(lead?.url ?? "", data.headline, { lang: language(lead?.lang) })),
    text("p", data.summary, { class: "summary", dir: "auto" }),
    quoteOf(data, lead?.lang),
    el(
      "p",
      { class: "facts" },
      text("span", data.confidence.replace("_", " "), { class: "confidence" }),
      ` · ${counted(data.story.voices, "voice")}`,
    ),
    articlesOf(data.story, open.articles),
    el(
      "details",
      { class: "revisions", hidden: data.revision === 1, open: open.revisions },
      text("summary", counted(data.revision, "revision")),
      el("ol", null, revisions),
    ),
  );
}

// A new alert goes on top. A revision takes its card's place, so that nothing jumps under a reader's eyes.
function show(alert) {
  const old = cards.querySelector(`[data-alert="${CSS.escape(alert.data.alert_id)}"]`);
  if (old && Number(old.dataset.revision) >= alert.data.revision) return;
  const isOpen = (kind) => Boolean(old?.querySelector(`details.${kind}`)?.open);
  const earlier = old ? [...old.querySelectorAll(".revisions li")] : [];
  const fresh = card(alert, earlier, { articles: isOpen("articles"), revisions: isOpen("revisions") });
  if (old) old.replaceWith(fresh);
  else cards.prepend(fresh);
  while (cards.childElementCount > MAX_CARDS) cards.lastElementChild.remove();
  applyFilter();
}

// ---- filter and counts

function isWanted(element) {
  const least = SEVERITIES.indexOf(byId("severity").value);
  const wanted = byId("rule").value.trim().toLowerCase();
  const rule = `${element.dataset.rule} ${element.querySelector(".rule").textContent}`.toLowerCase();
  return SEVERITIES.indexOf(element.dataset.severity) >= least && rule.includes(wanted);
}

function applyFilter() {
  const all = [...cards.children];
  for (const element of all) element.hidden = !isWanted(element);
  const shown = all.filter((element) => !element.hidden).length;
  byId("empty").hidden = shown > 0;
  byId("empty").textContent = all.length
    ? "No alert on this page passes the filter."
    : "No alerts yet. They appear here as they come.";
  const parts = [...SEVERITIES]
    .reverse()
    .map((severity) => [all.filter((element) => element.dataset.severity === severity).length, severity])
    .filter(([count]) => count > 0)
    .map(([count, severity]) => `${count} ${severity}`);
  byId("counts").textContent = all.length ? `${counted(all.length, "alert")}: ${parts.join(", ")}` : "no alerts yet";
}

// ---- the event stream

function tell(state, words) {
  const connection = byId("connection");
  if (connection.textContent === words) return;
  connection.className = state;
  connection.textContent = words;
}

function notice(words) {
  byId("notice").textContent = words;
  byId("notice").hidden = false;
}

let source = null;

function listen() {
  source?.close();
  source = new EventSource(`/events?after=${encodeURIComponent(lastId)}&epoch=${encodeURIComponent(epoch)}`);
  source.addEventListener("hello", (event) => {
    tell("live", "live");
    const hello = JSON.parse(event.data);
    if (hello.epoch === epoch) return;
    // The browser would come back with the old epoch each time, and get everything again.
    ({ epoch, after: lastId } = hello);
    notice("The alert history was lost; what follows is a new one.");
    listen();
  });
  source.addEventListener("alert", (event) => {
    lastId = event.lastEventId;
    show(JSON.parse(event.data));
  });
  source.addEventListener("gap", () => notice("Some alerts are no longer in the history; this page may miss them."));
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) {
      tell("lost", "connection lost, trying again");
      return;
    }
    // The browser gives up after an error answer; we do not.
    tell("lost", "disconnected, trying again");
    setTimeout(listen, RECONNECT_MILLISECONDS);
  });
}

// A page kept for "back" must not hold a connection.
addEventListener("pagehide", () => source.close());
addEventListener("pageshow", (event) => {
  if (event.persisted) listen();
});

// ---- feeds and past matches

function feedRow(feed) {
  return el(
    "tr",
    { class: `feed ${feed.state}` },
    text("td", feed.title, { dir: "auto" }),
    text("td", feed.words, { class: "words" }),
  );
}

function pastMatch(match) {
  const article = match.article;
  const source = el("span", { class: "source" }, text("span", article.publisher, { dir: "auto" }));
  if (article.published_at) source.append(" · ", time(article.published_at));
  source.append(clean(` · ${match.rules.join(", ")}`));
  return el("li", null, outsideLink(article.url, article.title || article.url, titleOf(article)), source);
}

async function answer(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

async function refresh() {
  if (document.hidden) return;
  try {
    const [feeds, past] = await Promise.all([answer("/api/feeds"), answer("/api/past-matches")]);
    byId("feeds-sentence").textContent = feeds.summary;
    byId("feed-rows").replaceChildren(...feeds.feeds.map(feedRow));
    byId("past-sentence").textContent = past.summary;
    byId("past-list").replaceChildren(...past.matches.slice(0, 50).map(pastMatch));
    byId("past").hidden = past.count === 0;
  } catch (error) {
    // The connection state already tells a person; the next round tries again.
    console.info("refresh failed", error);
  }
}

byId("filter").hidden = false;
byId("filter").addEventListener("input", applyFilter);
byId("filter").addEventListener("submit", (event) => event.preventDefault());
byId("feeds").open = matchMedia("(min-width: 62rem)").matches;
applyFilter(); // a browser may keep the filter over a reload
showTimes();
setInterval(showTimes, 30_000);
setInterval(refresh, REFRESH_MILLISECONDS);
listen();
