// Puts the page together: the session, the stage that shows it, the controls, and the tour.

import { byId, thousands } from "./element.js";
import { prepareLookUp } from "./look-up.js";
import { prepareOverview } from "./overview.js";
import { prepareRace, redrawRace } from "./race.js";
import { Session } from "./session.js";
import { prepareTheme, prepareViews } from "./settings.js";
import { prepareShortcuts } from "./shortcuts.js";
import { Stage, attempt, say } from "./stage.js";
import { Tour } from "./tour.js";

/** After the last letter of a key its look-up is shown. */
const TYPING_TIME_MS = 160;

const session = new Session();
const stage = new Stage(session);

/** Shows the look-up of what is being typed. */
let typing = null;

/** Does what a person asked for, which is more than what they were typing. */
function act(task) {
  clearTimeout(typing);
  attempt(task);
}

const onClick = (id, task) => byId(id).addEventListener("click", () => act(task));

const numberIn = (id) => Math.max(0, Math.trunc(Number(byId(id).value)) || 0);

function prepareControls() {
  const key = () => byId("key").value;
  const insert = () => session.operate({ do: "insert", key: key(), value: byId("value").value });
  byId("entry").addEventListener("submit", (event) => {
    event.preventDefault();
    act(() => (document.activeElement === byId("value") ? insert() : stage.lookUp(key())));
  });
  onClick("insert", insert);
  onClick("remove", () => session.operate({ do: "remove", key: key() }));
  onClick("random", () => session.operate({ do: "random", count: numberIn("random-count") }));
  onClick("thin", () => session.operate({ do: "thin", percent: numberIn("thin-percent") }));
  onClick("grow-one", () => session.operate({ do: "grow", steps: 1 }));
  onClick("grow-all", () => stage.runToEnd("grow"));
  onClick("shrink-one", () => session.operate({ do: "shrink", steps: 1 }));
  onClick("shrink-all", () => stage.runToEnd("shrink"));
  onClick("create", () => session.operate({ do: "create", capacity: numberIn("capacity") }));
  onClick("clear", () => session.operate({ do: "clear" }));
  onClick("new-map", () => session.operate({ do: "create", capacity: 0 }));
  onClick("from-file", () => session.start(true));
  onClick("start-anew", () => session.start(false));
  byId("key").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => attempt(async () => showTraceOf(key())), TYPING_TIME_MS);
  });
}

/** While a key is typed its look-up is shown at once, without an animation. */
async function showTraceOf(key) {
  const trace = await session.trace(key);
  if (key === byId("key").value) await stage.show(trace, {});
}

function showFile() {
  if (!session.file) return;
  const { report, left_out } = session.file;
  const notes = [
    `${report.name}: ${thousands(report.lines)} lines, ${thousands(report.keys)} keys.`,
    ...left_out,
  ];
  byId("from-file").hidden = byId("file-note").hidden = false;
  byId("file-note").textContent = notes.join(" · ");
}

async function begin() {
  prepareTheme(() => {
    stage.redraw();
    redrawRace();
  });
  prepareLookUp();
  prepareOverview((index) => stage.showFrom(index));
  prepareControls();
  prepareShortcuts();
  prepareRace(say);
  prepareViews(redrawRace);
  const tour = new Tour(session, stage, attempt);
  await attempt(() => session.start(true));
  showFile();
  // With a file one comes to see its keys, so the tour waits until it is asked for.
  if (session.file) tour.offer();
  else await tour.begin();
}

begin();
