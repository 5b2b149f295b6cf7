// Says in a sentence what an operation did, and what was found.

import { counted, thousands } from "./element.js";

/** What an operation did, for everybody and for those who listen. */
export function sentenceOf(operation, outcome, view, before) {
  const { count, buckets, state } = view.header;
  const growth =
    before && before.header.state !== "growing" && state === "growing" ? " A growth began." : "";
  const doubled =
    before &&
    buckets > before.header.buckets &&
    before.header.buckets > 0 &&
    operation.do === "insert"
      ? ` The map grew to ${counted(buckets, "bucket")}.`
      : "";
  switch (operation.do) {
    case "start":
      return `A new map with ${entries(count)}.`;
    case "create":
      return `A new map with ${counted(buckets, "bucket")}.`;
    case "insert":
      return (
        (outcome.replaced === null
          ? `“${operation.key}” was inserted.`
          : `“${operation.key}” was there; its value was exchanged.`) +
        growth +
        doubled
      );
    case "remove":
      return outcome.removed === null
        ? `“${operation.key}” is not in the map; nothing changed.`
        : `“${operation.key}” was deleted.`;
    case "clear":
      return "All entries are gone; the buckets stay.";
    case "random":
      return `${entries(operation.count)} more; ${thousands(count)} in all.${growth}`;
    case "thin":
      return `${entries(outcome.removed)} went; ${thousands(count)} are left.`;
    case "grow":
      return outcome.is_more
        ? `Split so far: ${counted(view.header.nevacuate, "bucket")} of ${thousands(view.header.half)}.`
        : "There is nothing left to split.";
    case "shrink":
      return outcome.is_more
        ? `${counted(buckets, "bucket")} are left.`
        : `${counted(buckets, "bucket")}: as few as the entries allow.`;
    default:
      return "";
  }
}

const entries = (count) => `${thousands(count)} ${count === 1 ? "entry" : "entries"}`;

/** What a look-up found. */
export const foundSentence = (key, trace) =>
  trace.found === null
    ? `“${key}” is not in the map.`
    : `“${key}” is in bucket ${trace.index}: ${trace.value}.`;
