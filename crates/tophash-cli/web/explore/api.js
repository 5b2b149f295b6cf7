// Talks to the server. Every answer is JSON; a refusal becomes an error with a code and a message.

/** A refusal, in the server's words. */
export class Refused extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

async function refusalOf(response) {
  const body = await response.json().catch(() => ({}));
  return new Refused(
    body.error ?? "failed",
    body.message ?? `The server answered ${response.status}.`,
  );
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Refused("unreachable", "The server does not answer. Is the program still running?");
  }
  if (!response.ok) throw await refusalOf(response);
  return response;
}

const post = (path, body, signal) =>
  ask(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });

/** Starts a map: `{id, view, file, limits}`. */
export const startMap = async (fromFile) =>
  (await post("/api/maps", { from_file: fromFile })).json();

/** Does something to the map: `{outcome, trace, view}`. */
export const operate = async (id, operation) =>
  (await post(`/api/maps/${id}/operations`, operation)).json();

/** The steps of a look-up. */
export const trace = async (id, key) =>
  (await (await ask(`/api/maps/${id}/trace?key=${encodeURIComponent(key)}`)).json()).trace;

/** Some chains of a large map. */
export const chains = async (id, from, count) =>
  (await (await ask(`/api/maps/${id}/chains?from=${from}&count=${count}`)).json()).chains;

/** Runs a race and hands out its events, which are server-sent, as they come. */
export async function race(keys, signal, onEvent) {
  const response = await post("/api/race", { keys }, signal);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let pending = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const events = (pending + value).split("\n\n");
    pending = events.pop();
    for (const event of events) {
      if (event.startsWith("data:")) onEvent(JSON.parse(event.slice(5)));
    }
  }
}
