// Which view is shown, and in which theme.

import { byId } from "./element.js";

const THEMES = ["auto", "light", "dark"];
const STORED = "tophash-theme";

/** The map or the race. `onRace` is called when the race comes into view. */
export function prepareViews(onRace) {
  const show = (name) => {
    for (const view of ["map", "race"]) {
      byId(`view-${view}`).hidden = view !== name;
      byId(`show-${view}`).setAttribute("aria-pressed", view === name);
    }
    history.replaceState(null, "", name === "race" ? "#race" : "#map");
    if (name === "race") onRace();
  };
  byId("show-map").addEventListener("click", () => show("map"));
  byId("show-race").addEventListener("click", () => show("race"));
  if (location.hash === "#race") show("race");
}

/** Light, dark, or as the system. `onChange` is called when colours change. */
export function prepareTheme(onChange) {
  const apply = (theme) => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    byId("theme-name").textContent = theme;
    localStorage.setItem(STORED, theme);
    onChange();
  };
  const stored = localStorage.getItem(STORED);
  let theme = THEMES.includes(stored) ? stored : "auto";
  apply(theme);
  byId("theme").addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    apply(theme);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => apply(theme));
}
