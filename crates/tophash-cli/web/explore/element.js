// Makes elements, and turns plain texts with `code` in them into elements.

/** The element with this id. */
export const byId = (id) => document.getElementById(id);

/** An element with attributes and children. What is null or false is left out. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false || value === undefined) continue;
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== false));
  return made;
}

/** A text in which `backticks` mark code, as nodes. */
export function prose(text) {
  return text.split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part));
}

/** 12345 as "12,345". */
export const thousands = (number) => number.toLocaleString("en-US");

/** "1 bucket", "2 buckets". */
export const counted = (number, noun) => `${thousands(number)} ${noun}${number === 1 ? "" : "s"}`;

/** Bytes for people. */
export function bytesText(bytes) {
  if (bytes < 10_000) return `${thousands(bytes)} B`;
  if (bytes < 10_000_000) return `${thousands(Math.round(bytes / 1000))} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** A tophash, or any byte, in hexadecimal. */
export const hexByte = (number) => number.toString(16).padStart(2, "0");

/** Whether the person asked for less motion. */
export const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

const probe = element("span", { hidden: true });

/** A colour of the present theme, such as "--index", as a canvas understands it. */
export function colour(name) {
  if (!probe.isConnected) document.body.append(probe);
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}
