// Single keys for what is done often, their list, and a switch for those whom they disturb.

import { byId, element } from "./element.js";

const STORED = "tophash-shortcuts";

const SHORTCUTS = [
  ["n", "The tour's next step", "tour-next"],
  ["p", "The tour's previous step", "tour-back"],
  ["/", "Type a key", "key"],
  ["r", "Insert random entries", "random"],
  ["g", "Split one bucket", "grow-one"],
  ["s", "Merge one bucket", "shrink-one"],
  ["m", "The map", "show-map"],
  ["c", "The race", "show-race"],
  ["t", "Light, dark or as the system", "theme"],
  ["?", "This list", "show-shortcuts"],
];

const isTyping = (target) =>
  target.closest("input, select, textarea, [contenteditable], dialog") !== null;

export function prepareShortcuts() {
  const items = SHORTCUTS.flatMap(([key, meaning]) => [
    element("dt", {}, element("kbd", {}, key)),
    element("dd", {}, meaning),
  ]);
  items.push(
    element("dt", {}, element("kbd", {}, "↵")),
    element("dd", {}, "In Key: look up. In Value: insert"),
  );
  items.push(
    element("dt", {}, element("kbd", {}, "←→")),
    element("dd", {}, "In the overview: choose a bucket"),
  );
  byId("shortcut-list").append(...items);
  const use = byId("use-shortcuts");
  use.checked = localStorage.getItem(STORED) !== "off";
  use.addEventListener("change", () => localStorage.setItem(STORED, use.checked ? "on" : "off"));
  byId("show-shortcuts").addEventListener("click", () => byId("shortcuts").showModal());
  document.addEventListener("keydown", (event) => {
    if (!use.checked || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
      return;
    const shortcut = SHORTCUTS.find(([key]) => key === event.key);
    if (!shortcut) return;
    const target = byId(shortcut[2]);
    event.preventDefault();
    if (target.tagName === "INPUT") {
      byId("show-map").click();
      target.focus();
      target.select();
    } else {
      target.click();
    }
  });
}
