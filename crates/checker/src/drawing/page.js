'use strict';
// Time runs downwards, and as far as text needs it: moments keep their order, not their distance.

const { history, violations } = JSON.parse(document.getElementById('data').textContent);
const PAGE = 1500;
const TIME = 96, FAULT = 96, MAIL = 150, BAR = 19, GAP = 10e6;

const marked = new Set(violations.flatMap(violation => violation.events));
const userOf = new Map();
for (const { answer, token } of history.events) {
  if (answer.issued) userOf.set(answer.issued.token.session, answer.issued.user);
  if (answer.live && token) userOf.set(token.session, answer.live.user);
}
const events = history.events.map((event, number) => ({ ...event, number }));
const byTime = [...events].sort((a, b) => a.asked - b.asked || a.number - b.number);
const state = { mode: marked.size ? 'violations' : 'all', text: '', page: 0, chosen: null };

const words = name => name.replaceAll('_', ' ');
const kindOf = value => typeof value === 'string' ? value : Object.keys(value)[0];
const partsOf = value => typeof value === 'string' ? {} : Object.values(value)[0] ?? {};

function userOfEvent(event) {
  const { user, link } = { ...partsOf(event.request), ...partsOf(event.answer) };
  return user ?? link?.user ?? (event.token && userOf.get(event.token.session));
}

function colourOf(answer) {
  const kind = kindOf(answer);
  return ['refused', 'unknown', 'failed'].includes(kind) ? kind : 'done';
}

function asked(event) {
  const parts = partsOf(event.request);
  const about = parts.name ?? parts.email ?? parts.mailed_to ?? parts.link?.mailed_to;
  return words(kindOf(event.request)) + (about ? ` ${about}` : '');
}

function answered({ answer }) {
  const parts = partsOf(answer);
  switch (kindOf(answer)) {
    case 'refused': return words(parts);
    case 'next': return parts.token ? 'next token' : 'no next token';
    default: return words(kindOf(answer));
  }
}

function searched(event) {
  event.searched ??= `${JSON.stringify(event)} ${userOfEvent(event) ?? ''}`.toLowerCase();
  return event.searched;
}

function duration(micros) {
  const seconds = micros / 1e6;
  if (Math.abs(seconds) < 120) return `${seconds.toFixed(3)} s`;
  if (seconds < 7200) return `${(seconds / 60).toFixed(1)} min`;
  return seconds < 172800 ? `${(seconds / 3600).toFixed(1)} h` : `${(seconds / 86400).toFixed(1)} d`;
}

const element = (tag, className, text) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};

const overlaps = (one, other) => one.asked <= other.answered && other.asked <= one.answered;

// What is looked for; or the events of violations and those at the same time; or all.
function chosenEvents() {
  const text = state.text.toLowerCase().split(/\s+/).filter(Boolean);
  if (text.length) return byTime.filter(event => text.every(word => searched(event).includes(word)));
  if (state.mode === 'all') return byTime;
  const spans = [];
  for (const { asked, answered } of byTime.filter(event => marked.has(event.number))) {
    const last = spans.at(-1);
    if (last && asked <= last.answered) last.answered = Math.max(last.answered, answered);
    else spans.push({ asked, answered });
  }
  let from = 0;
  return byTime.filter(event => {
    // Spans are apart and in order, and so are the moments at which events are asked.
    while (from < spans.length && spans[from].answered < event.asked) from += 1;
    return from < spans.length && overlaps(spans[from], event);
  });
}

// Where each moment is: far enough below the one before, and below the text of what has ended.
function layOut(shown, mail) {
  const ends = new Map();
  const add = (from, to) => ends.set(to, [...(ends.get(to) ?? []), from]);
  for (const event of shown) { add(event.asked, event.answered); add(event.asked, event.asked); }
  for (const message of mail) { add(message.at, message.at); }
  const moments = [...ends.keys()].sort((a, b) => a - b);
  const places = [], placeOf = new Map();
  moments.forEach((moment, number) => {
    const since = number ? moment - moments[number - 1] : 0;
    let place = number ? places[number - 1] + Math.min(40, 3 + 7 * Math.log10(1 + since / 100)) : 12;
    if (since > GAP) place += 24;
    for (const from of ends.get(moment)) {
      if (from < moment) place = Math.max(place, placeOf.get(from) + BAR);
    }
    places.push(place);
    placeOf.set(moment, place);
  });
  const at = moment => {
    const known = placeOf.get(moment);
    if (known !== undefined) return known;
    const next = moments.findIndex(other => other > moment);
    if (next === 0 || !moments.length) return 4;
    if (next < 0) return places.at(-1) + 30;
    const part = (moment - moments[next - 1]) / (moments[next] - moments[next - 1]);
    return places[next - 1] + part * (places[next] - places[next - 1]);
  };
  return { moments, places, at };
}

// Side by side what overlaps.
function inColumns(faults) {
  const columns = [];
  for (const fault of faults) {
    let column = columns.findIndex(last => last <= fault.from);
    if (column < 0) column = columns.length;
    columns[column] = Math.max(fault.to, fault.from + 1);
    fault.column = column;
  }
  return columns.length;
}

function draw() {
  const all = chosenEvents();
  const pages = Math.max(1, Math.ceil(all.length / PAGE));
  state.page = Math.min(state.page, pages - 1);
  const shown = all.slice(state.page * PAGE, (state.page + 1) * PAGE);
  const first = shown[0]?.asked ?? 0;
  const last = shown.reduce((latest, event) => Math.max(latest, event.answered), first);
  const within = (from, to) => from <= last && to >= first;
  const faults = history.faults.filter(fault => within(fault.from, fault.to))
    .map(fault => ({ ...fault })).sort((a, b) => a.from - b.from);
  const mail = history.mail.filter(message => within(message.at, message.settled ?? message.at));
  const layout = layOut(shown, mail);
  const { moments, places, at } = layout;

  const clients = [...new Set(shown.map(event => event.client))].sort((a, b) => a - b);
  const left = TIME + inColumns(faults) * FAULT;
  const space = document.getElementById('lanes').clientWidth - left - (mail.length ? MAIL : 0) - 24;
  const width = Math.max(150, Math.min(340, space / Math.max(1, clients.length)));
  const lanesEnd = left + clients.length * width;
  const heads = element('div', 'heads'), drawing = element('div', 'drawing');
  const head = (text, x, width) => {
    const made = element('div', '', text);
    made.style.left = `${x}px`;
    made.style.width = `${width}px`;
    heads.append(made);
  };
  const lane = x => {
    const made = element('div', 'lane');
    made.style.left = `${x}px`;
    drawing.append(made);
  };
  const place = (made, x, width, from, to, least) => {
    made.style.left = `${x + 2}px`;
    made.style.width = `${width - 4}px`;
    made.style.top = `${at(from)}px`;
    const height = Math.max(least, at(to) - at(from) - 1);
    made.style.height = `${height}px`;
    if (height > 2 * BAR) made.style.whiteSpace = 'normal';
    drawing.append(made);
  };
  if (faults.length) head('what is broken', TIME, left - TIME);
  clients.forEach((client, number) => {
    head(`client ${client}`, left + number * width + 4, width - 8);
    lane(left + number * width);
  });
  if (mail.length) { head('mail', lanesEnd + 4, MAIL); lane(lanesEnd); }

  times(drawing, moments, places);
  for (const fault of faults) {
    const made = element('div', 'fault', (fault.node === null ? '' : `node ${fault.node}: `) + fault.what);
    made.title = `${made.textContent}, ${duration(fault.from)} to ${duration(fault.to)}`;
    place(made, TIME + fault.column * FAULT, FAULT, Math.max(fault.from, first), Math.min(fault.to, last), 16);
  }
  for (const event of shown) {
    const bar = element('a', `bar ${colourOf(event.answer)}`);
    bar.href = `#${event.number}`;
    bar.id = `bar-${event.number}`;
    bar.append(element('b', '', `${event.number}`), element('small', '', ` n${event.node} `),
      `${asked(event)} → ${answered(event)}`);
    bar.title = `${event.number}: ${asked(event)} → ${answered(event)}, node ${event.node}, took ${duration(event.answered - event.asked)}`;
    if (marked.has(event.number)) bar.classList.add('marked');
    else if (state.mode === 'violations' && !state.text) bar.classList.add('faint');
    if (state.chosen === event.number) bar.classList.add('chosen');
    place(bar, left + clients.indexOf(event.client) * width, width, event.asked, event.answered, BAR - 1);
  }
  for (const message of mail) {
    const made = element('div', 'mail', `to ${message.to}`);
    made.title = `message ${message.id}, taken at ${duration(message.at)}, ${message.settled === null
      ? 'not stored as sent' : `stored as sent at ${duration(message.settled)}`}`;
    place(made, lanesEnd, MAIL, message.at, message.at, BAR - 1);
  }
  if (history.mended !== null && within(history.mended, history.mended)) {
    const line = element('div', 'mended');
    line.style.top = `${at(history.mended) - 2}px`;
    line.append(element('span', '', 'nothing is broken any more'));
    drawing.append(line);
  }
  drawing.style.height = `${(places.at(-1) ?? 0) + 60}px`;
  drawing.style.width = heads.style.width = `${lanesEnd + (mail.length ? MAIL : 0)}px`;
  document.getElementById('lanes').replaceChildren(heads, drawing);
  drawControls(all.length, shown.length, pages);
}

// A time wherever there is room for one, and a line where much time passes.
function times(drawing, moments, places) {
  let free = -100;
  moments.forEach((moment, number) => {
    const since = number ? moment - moments[number - 1] : 0;
    if (since > GAP) {
      const line = element('div', 'gap');
      line.style.top = `${(places[number - 1] + BAR + places[number]) / 2}px`;
      line.append(element('span', '', `${duration(since)} later`));
      drawing.append(line);
    }
    if (places[number] < free) return;
    free = places[number] + 26;
    const label = element('div', 'time', duration(moment));
    label.style.top = `${places[number] + 3}px`;
    drawing.append(label);
  });
}

function drawControls(count, shown, pages) {
  const controls = document.getElementById('controls');
  if (!controls.children.length) makeControls(controls);
  controls.querySelectorAll('input[type=radio]').forEach(radio => { radio.checked = radio.value === state.mode; });
  const search = controls.querySelector('input[type=search]');
  if (search.value !== state.text) search.value = state.text;
  const note = controls.querySelector('.note');
  note.replaceChildren(`${shown} of ${events.length} events`);
  if (pages === 1) return;
  note.append(`, part ${state.page + 1} of ${pages} `);
  for (const [text, step] of [['earlier', -1], ['later', 1]]) {
    const button = element('button', '', text);
    button.type = 'button';
    button.disabled = state.page + step < 0 || state.page + step >= pages;
    button.onclick = () => { state.page += step; draw(); document.getElementById('lanes').scrollTop = 0; };
    note.append(button, ' ');
  }
}

function makeControls(controls) {
  controls.onsubmit = event => event.preventDefault();
  const modes = [['violations', 'what is impossible, and what was asked meanwhile'], ['all', 'everything']];
  for (const [value, text] of modes.filter(([value]) => value === 'all' || marked.size)) {
    const label = element('label'), radio = element('input');
    Object.assign(radio, { type: 'radio', name: 'mode', value });
    radio.onchange = () => { Object.assign(state, { mode: value, text: '', page: 0 }); draw(); };
    label.append(radio, ` ${text}`);
    controls.append(label);
  }
  const search = element('input');
  Object.assign(search, { type: 'search', placeholder: 'only: name, user, session, node, …' });
  search.oninput = () => { Object.assign(state, { text: search.value, page: 0 }); draw(); };
  controls.append(search);
  for (const kind of ['done', 'refused', 'unknown', 'failed']) {
    const key = element('span', 'key', kind);
    key.prepend(element('i', kind));
    controls.append(key);
  }
  controls.append(element('span', 'note'));
}

// Shows an event in full, and its bar, whatever is shown.
function choose(number) {
  const event = events[number];
  if (!event) return;
  state.chosen = number;
  const isIn = all => all.findIndex(other => other.number === number);
  let found = isIn(chosenEvents());
  if (found < 0) {
    Object.assign(state, { text: '', mode: 'all' });
    found = isIn(byTime);
  }
  const page = Math.floor(found / PAGE);
  if (page !== state.page || !document.getElementById(`bar-${number}`)) { state.page = page; draw(); }
  document.querySelectorAll('.chosen').forEach(bar => bar.classList.remove('chosen'));
  const bar = document.getElementById(`bar-${number}`);
  bar.classList.add('chosen');
  bar.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  tell(event);
}

function tell(event) {
  const facts = element('dl');
  const fact = (name, value) => value && facts.append(element('dt', '', name), element('dd', '', value));
  fact('client', `${event.client}`);
  fact('node', `${event.node}`);
  fact('asked', `${duration(event.asked)}, ${asked(event)}`);
  fact('answered', `${duration(event.answered - event.asked)} later, ${answered(event)}`);
  fact('user', userOfEvent(event));
  const only = element('div', 'only');
  const about = { ...partsOf(event.request), ...partsOf(event.answer) };
  const values = { user: userOfEvent(event), session: event.token?.session ?? about.token?.session,
    token: event.token?.id, name: about.name, address: about.email ?? about.link?.mailed_to, link: about.link?.id };
  for (const [name, value] of Object.entries(values)) {
    if (!value) continue;
    const button = element('button', '', `only ${name} ${value}`);
    button.type = 'button';
    button.onclick = () => { Object.assign(state, { text: value, page: 0 }); draw(); };
    only.append(button);
  }
  const { number, searched, ...whole } = event;
  const text = element('pre', '', JSON.stringify(whole, null, 2));
  document.getElementById('event').replaceChildren(element('h2', '', `Event ${number}`), facts, only, text);
}

function followHash() {
  const number = location.hash.slice(1);
  if (/^\d+$/.test(number)) choose(Number(number));
}

document.getElementById('event').append(element('p', '', 'Click a bar, or a number above, to see an event in full.'));
document.getElementById('violations').onclick = click => {
  const link = click.target.closest('a');
  if (link) choose(Number(link.hash.slice(1)));
};
addEventListener('hashchange', followHash);
addEventListener('resize', draw);
draw();
followHash();
