// The guided tour's texts: what each step does to the map, and what is seen then.

import { bytesText, counted, hexByte, thousands } from "./element.js";

export const PHASES = ["Creation", "Insertion", "Look-up", "Deletion", "Growth", "Giving back"];

const [CREATION, INSERTION, LOOK_UP, DELETION, GROWTH, GIVING_BACK] = PHASES.keys();

/** Entries that 64 buckets hold; one more begins a growth that takes many writes. */
const FULL_64 = 416;

/**
 * The steps. `run` does the step's operations on the tab's map and returns what `text` needs;
 * `code` is Go's line, then Rust's.
 */
export const STEPS = [
  {
    phase: CREATION,
    title: "A map that takes no memory",
    code: "m := map[string]string{}\nlet mut m = HashMap::new();",
    run: async (tour) => (await tour.operate({ do: "create", capacity: 0 })).view.header,
    text: (header) => [
      `What you see is the map's header: ${header.bytes.header} bytes where the variable is. Nothing else is there. No bucket has been allocated.`,
      "The fields have the names of Go's classic map. `B` says how many buckets there are: 2 to the power of `B`. `hash0` is the seed that goes into every hash; it is drawn when the first entry comes.",
    ],
  },
  {
    phase: CREATION,
    title: "Room for ten entries",
    code: "m := make(map[string]string, 10)\nlet mut m = HashMap::with_capacity(10);",
    run: async (tour) => (await tour.operate({ do: "create", capacity: 10 })).view.header,
    text: (header) => [
      `A bucket has eight slots. The map counts on 6.5 entries for each bucket, so ten entries need 10 / 6.5 = 1.54 buckets. The next power of two is ${header.buckets}: \`B\` is ${header.b}, and there is room for ${header.capacity} entries.`,
      "Each bucket has eight tophash bytes, eight keys and eight values. A tophash of `00` marks a free slot. Only those bytes are written now; the rest is left as it is.",
    ],
  },
  {
    phase: INSERTION,
    title: "Insert alice",
    code: 'm["alice"] = "30"\nm.insert("alice".into(), "30".into());',
    run: async (tour) => (await tour.insert("alice", "30")).trace,
    text: (trace) => [
      `The map hashes \`alice\` with its seed and gets 64 bits, which are shown above the buckets. Two parts of them are used. One bit, because \`B\` is 1, says which bucket: ${trace.index}. The seven highest bits are the tophash, \`${hexByte(trace.tophash)}\`.`,
      "The first free slot takes the tophash, the key and the value, and `count` is 1. Try it again in another tab: the seed is another one there, and so is the hash.",
    ],
  },
  {
    phase: INSERTION,
    title: "Insert bob and charlie",
    code: 'm["bob"], m["charlie"] = "25", "35"',
    run: async (tour) => {
      const bob = (await tour.insert("bob", "25")).trace;
      const charlie = (await tour.insert("charlie", "35")).trace;
      return { bob, charlie, alice: await tour.quietTrace("alice") };
    },
    text: ({ alice, bob, charlie }) => [
      `\`alice\` is in bucket ${alice.index}, \`bob\` in bucket ${bob.index}, \`charlie\` in bucket ${charlie.index}. That is chance: with another seed they are spread in another way.`,
      "Each new entry takes the first free slot of its bucket. So the entries of a bucket lie at its front, without holes.",
      "What lies in a slot is not the text but where it is: pointer, length and capacity, 24 bytes. So all slots are of one size, however long the keys are.",
    ],
  },
  {
    phase: INSERTION,
    title: "Write alice again",
    code: 'm["alice"] = "31"\nassert_eq!(m.insert("alice".into(), "31".into()), Some("30".into()));',
    run: async (tour) => ({ ...(await tour.insert("alice", "31")).outcome, count: tour.count() }),
    text: ({ replaced, count }) => [
      `The key is found, so only the value changes. The old one, \`${replaced}\`, comes back in Rust. \`count\` is still ${count}.`,
      "When does a map ask whether it must grow? After the search, because only a new key needs room, and before it writes the entry, so that the entry is written once. An overwriting write never makes the map grow.",
    ],
  },
  {
    phase: LOOK_UP,
    title: "Look up alice",
    code: 'age := m["alice"]\nlet age = m.get("alice");',
    run: (tour) => tour.lookUp("alice"),
    text: (trace) => [
      `A look-up goes the same way: hash, bucket, tophash. The eight tophash bytes are compared at once, and a key is compared only where they agree: here ${counted(trace.comparisons, "time")}. To compare a byte is cheap; to compare a key means to follow its pointer to the text.`,
      "A look-up writes nothing and moves nothing.",
    ],
  },
  {
    phase: LOOK_UP,
    title: "Look up zoe, who is not there",
    code: 'age, ok := m["zoe"]\nassert_eq!(m.get("zoe"), None);',
    run: (tour) => tour.lookUp("zoe"),
    text: (trace) => [
      trace.comparisons === 0
        ? "No slot has the tophash of `zoe`, so no key was compared at all. A free slot never agrees, because no key's tophash is `00`."
        : `Another key has the tophash of \`zoe\` by chance, so ${counted(trace.comparisons, "key")} had to be compared. That happens to about one entry in 128.`,
      "Go answers with the zero value, and says `ok = false` if you ask. Rust answers `None`, so that a value that is missing and a value that is zero are not confused.",
    ],
  },
  {
    phase: DELETION,
    title: "Delete alice",
    code: 'delete(m, "alice")\nm.remove("alice");',
    run: async (tour) => {
      const before = tour.chainOf("alice");
      await tour.remove("alice");
      return { before, count: tour.count() };
    },
    text: ({ before, count }) => [
      before.at(-1) === "alice"
        ? "The entry is found as in a look-up, and its slot is free again. It was the last of its bucket, so nothing had to move."
        : `The entry is found as in a look-up. Then \`${before.at(-1)}\`, the last entry of the bucket, moves into its place. So there are no holes, and no marks are needed.`,
      `\`count\` is ${count}. The buckets stay: to delete gives no memory back. Go leaves a mark in the slot instead, and has two kinds of them, so that a search knows where it may stop.`,
    ],
  },
  {
    phase: GROWTH,
    title: "Thirteen entries in two buckets",
    code: "for len(m) < 13 { m[randomName()] = randomAge() }",
    run: async (tour) => {
      await tour.fillTo(13);
      return tour.header();
    },
    text: (header) => [
      `Thirteen entries are 6.5 for each of two buckets. That is the load factor at which a map is full, though ${counted(16 + 8 * header.noverflow - 13, "slot")} are free: were it higher, more buckets would overflow; were it lower, more memory would be empty.`,
      header.noverflow > 0
        ? "More than eight keys fell into one bucket, so an overflow bucket hangs on it. The dots below the bucket are hints: they tell a look-up which tophashes are in the chain, so that most look-ups need not follow it."
        : "Had chance put nine keys into one bucket, an overflow bucket would hang on it. That alone is no reason to grow; the average is.",
    ],
  },
  {
    phase: GROWTH,
    title: "The fourteenth makes it grow",
    code: 'm["dora"] = "40"',
    run: async (tour) => (await tour.insert("dora", "40")).view.header,
    text: (header) => [
      `The key is new and the map is full, so \`B\` becomes ${header.b}: there are ${header.buckets} buckets. Each old bucket was split in two by one more bit of the hash. Where it is 0, the entry stays in bucket i; where it is 1, it goes to bucket i + 2. What changed its place lights up.`,
      "A map of one bucket is full with 8 entries, a larger one with 6.5 for each bucket. So a map that begins small grows with its 9th, 14th, 27th, 53rd and 105th entry, and so on. A table like this one, with less than 16 KiB of slots, is split at once. The next steps show a larger one.",
    ],
  },
  {
    phase: GROWTH,
    title: "Fill 64 buckets",
    code: `for len(m) < ${FULL_64} { m[randomName()] = randomAge() }`,
    run: async (tour) => {
      await tour.fillTo(FULL_64);
      return tour.header();
    },
    text: (header) => [
      `${header.count} entries fill ${header.buckets} buckets. From here on one cell is one bucket, and its shade says how many entries it has. ${counted(header.noverflow, "overflow bucket")} hang${header.noverflow === 1 ? "s" : ""} on those that got more than eight.`,
      "Choose a cell, with a click or the arrow keys, to see its bucket.",
    ],
  },
  {
    phase: GROWTH,
    title: "A growth begins, and nothing moves",
    code: 'm["erin"] = "28"',
    run: async (tour) => (await tour.insert("erin", "28")).view.header,
    text: (header) => [
      `\`B\` is ${header.b}, so there will be ${2 ** header.b} buckets. But the insertion has moved nothing: \`nevacuate\`, the number of buckets that are split, is ${header.nevacuate}. The outlined cells are not there yet.`,
      "Go allocates the whole new array now, keeps the old one in `oldbuckets`, and has both until the end. Here the old buckets are the lower half of the new ones, and the upper half lies in their block already, or in blocks of at most 64 KiB that are allocated as the growth reaches them. So `oldbuckets` is always none.",
    ],
  },
  {
    phase: GROWTH,
    title: "One step splits one bucket",
    code: "m.grow_step(1); // each insertion and deletion does two by itself",
    run: async (tour) => {
      await tour.operate({ do: "grow", steps: 1 });
      return tour.header();
    },
    text: (header) => [
      `Bucket 0 was split. Its entries with a 1 in the next bit of their hash went to bucket ${header.half}, which is its twin; both are shown below. The line in the picture is the frontier: what lies before it has been split.`,
      "Every insertion and deletion does two such steps before its own work. So no write ever waits until the whole map has moved.",
    ],
  },
  {
    phase: GROWTH,
    title: "A look-up meanwhile",
    code: "m.get(key)",
    run: (tour) => tour.lookUpUnsplit(),
    text: (trace) => [
      trace.unsplit === null
        ? `\`${trace.key}\` is in bucket ${trace.index}, which is its own.`
        : `\`${trace.key}\` belongs to bucket ${trace.unsplit} by its hash. That bucket is not there yet. The look-up sees this from the frontier, takes one bit less, and finds the key in bucket ${trace.index}, where it still is.`,
      "It does not help with the growth: look-ups move nothing, in Go as here. Only writes do.",
    ],
  },
  {
    phase: GROWTH,
    title: "To the end",
    code: "while m.grow_step(1) {}",
    run: async (tour) => {
      await tour.growToEnd();
      return tour.header();
    },
    text: (header) => [
      `The frontier ran through the map, and all ${header.buckets} buckets are there, ${header.load_factor.toFixed(2)} entries in each on average. Left alone, the next 32 writes would have done it.`,
      "The next growth begins with entry 833. There is much time until then, so two buckets for each write are enough.",
    ],
  },
  {
    phase: GIVING_BACK,
    title: "Delete nine of ten",
    code: "m.retain(|_, _| random() < 0.1);",
    run: async (tour) => {
      const { outcome, view } = await tour.operate({ do: "thin", percent: 90 });
      return { removed: outcome.removed, header: view.header };
    },
    text: ({ removed, header }) => [
      `${thousands(removed)} entries are gone, ${header.count} are left. The ${header.buckets} buckets are all there, and with them ${bytesText(header.bytes.total)} of memory.`,
      "For Go's map this is the end of the road: it never becomes smaller. Who needs the memory copies what is left into a new map.",
    ],
  },
  {
    phase: GIVING_BACK,
    title: "Shrink by one bucket",
    code: "m.shrink_step(1);",
    run: async (tour) => {
      await tour.operate({ do: "shrink", steps: 1 });
      return tour.header();
    },
    text: (header) => [
      `This map can give memory back. It is growth backwards: the last bucket, ${header.buckets}, was merged into its twin, ${header.buckets - header.half}. The frontier moves towards the front.`,
      "While it shrinks, each write merges one bucket more. It can also be told to shrink by itself, when less than a quarter of its room is used.",
    ],
  },
  {
    phase: GIVING_BACK,
    title: "Shrink to the end",
    code: "while m.shrink_step(1) {}",
    run: async (tour) => {
      const before = tour.header().bytes.total;
      await tour.shrinkToEnd();
      return { before, header: tour.header() };
    },
    text: ({ before, header }) => [
      `${counted(header.buckets, "bucket")} are enough for ${header.count} entries. From ${bytesText(before)} the map came down to ${bytesText(header.bytes.total)}. Each step moved the entries of one bucket.`,
      "The entries are the same, and every look-up in between would have found them.",
    ],
  },
  {
    phase: GIVING_BACK,
    title: "Clear",
    code: "clear(m)\nm.clear();",
    run: async (tour) => (await tour.operate({ do: "clear" })).view.header,
    text: (header) => [
      `All entries are gone, and the ${header.buckets} buckets stay for the next ones. The next insertion draws a new \`hash0\`, so that nobody can learn the old one and use it.`,
    ],
  },
  {
    phase: GIVING_BACK,
    title: "The end of a map",
    code: "m = nil // and some time later, the garbage collector\ndrop(m);",
    run: async (tour) => (await tour.operate({ do: "create", capacity: 0 })).view.header,
    text: () => [
      "In Go, nobody frees a map. When nothing refers to it any more, the garbage collector notices that: it marks all that can be reached, and sweeps away the rest, the header, the buckets, the overflow buckets, and the texts.",
      "In Rust a map has one owner. At the end of the owner's scope all of it is freed, at once and in full. That is the life of a map. Now play with it yourself, or see the race.",
    ],
  },
];
