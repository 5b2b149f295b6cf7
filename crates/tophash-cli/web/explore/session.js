// The map of this tab, as the server has it: one operation after another, and who wants to know.

import * as api from "./api.js";

export class Session {
  /** The map's id, its view as last sent, and what the server said when it began. */
  id = null;
  view = null;
  limits = null;
  file = null;
  #listeners = [];
  #queue = Promise.resolve();

  /** Calls `listener` with `{view, before, trace, outcome, operation}` after each change. */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** A new map in place of the present one. */
  start(fromFile = false) {
    return this.#next(async () => {
      const { id, view, file, limits } = await api.startMap(fromFile);
      Object.assign(this, { id, file, limits });
      this.#show({ view, operation: { do: "start" } });
    });
  }

  /** Does something to the map. */
  operate(operation) {
    return this.#next(async () => {
      const answer = await api.operate(this.id, operation);
      this.#show({ ...answer, operation });
      return answer;
    });
  }

  trace(key) {
    return api.trace(this.id, key);
  }

  chains(from, count) {
    return api.chains(this.id, from, count);
  }

  /** Requests go out one by one, so that what is shown is never older than what was asked. */
  #next(task) {
    const result = this.#queue.then(task);
    this.#queue = result.catch(() => {});
    return result;
  }

  #show(change) {
    const before = this.view;
    this.view = change.view;
    for (const listener of this.#listeners) listener({ ...change, before });
  }
}
