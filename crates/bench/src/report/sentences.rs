//! Sentences with figures in them, made from a record, so that they say what the tables say.

use std::fmt::Write as _;

use super::tables::{grouped, look, main_cell, time};
use crate::latency::{Run, Task, WINDOWS};
use crate::matrix::{Hashing, REPORTED_LEN, Rival, Types, all};
use crate::operation::Operation;
use crate::record::Record;

/// The run of a map with the smallest worst, and how many runs there were. The machine interrupts
/// every run: the smallest worst is nearest to the map's.
pub(super) fn best_run<'a>(
    record: &'a Record,
    task: Task,
    keys: &str,
    map: &str,
) -> Option<(&'a Run, usize)> {
    let runs = record
        .latency
        .iter()
        .filter(|run| (run.task, run.keys.as_str(), run.map.as_str()) == (task, keys, map));
    Some((runs.clone().min_by_key(|run| run.worst)?, runs.count()))
}

/// The words in lines of a width that other paragraphs have.
pub(super) fn wrapped(text: &str) -> String {
    const COLUMNS: usize = 120;
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is one line at least");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > COLUMNS {
            lines.push(word.to_owned());
        } else {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        }
    }
    lines.join("\n") + "\n"
}

/// What the README says of single insertions.
pub(super) fn headline(record: &Record) -> String {
    let mut text = String::new();
    let of = |task, map| best_run(record, task, "u64", map);
    if let (Some((ours, count)), Some((theirs, _))) =
        (of(Task::Insert, "tophash"), of(Task::Insert, "hashbrown"))
    {
        let _ = writeln!(
            text,
            "The worst of {} insertions of `u64` took {}, and {} in hashbrown (the best of {count} \
             runs each, which took {:.1} and {:.1} s in all).",
            grouped(ours.len),
            time(ours.worst),
            time(theirs.worst),
            ours.seconds,
            theirs.seconds
        );
    }
    if let (Some((ours, count)), Some((theirs, _))) =
        (of(Task::InsertAtRate, "tophash"), of(Task::InsertAtRate, "hashbrown"))
    {
        let _ = writeln!(
            text,
            "Insertions that are due {} times a second waited {} at the 99.9th percentile, and {} \
             in hashbrown (of {count} runs each the one with the shortest worst wait).",
            grouped(usize::try_from(ours.rate).unwrap_or(usize::MAX)),
            time(ours.percentiles[2]),
            time(theirs.percentiles[2])
        );
    }
    if text.is_empty() { text } else { wrapped(&text) }
}

/// A pause that is worth a word, in nanoseconds.
const PAUSE_MIN: u64 = 200_000;

/// Where the long insertions of the run that is shown are.
pub(super) fn pauses(record: &Record) -> String {
    let Some((run, _)) = best_run(record, Task::Insert, "u64", "tophash") else {
        return String::new();
    };
    let is_long = |&index: &usize| run.windows[index] >= PAUSE_MIN;
    let long: Vec<usize> = (0..run.windows.len()).filter(is_long).collect();
    // Parts that lie at most two apart are one stretch.
    let mut stretches: Vec<(usize, usize)> = Vec::new();
    for &index in &long {
        match stretches.last_mut() {
            Some((_, last)) if index - *last <= 2 => *last = index,
            _ => stretches.push((index, index)),
        }
    }
    let millions = |index: usize| format!("{:.1}", (index * run.len / WINDOWS) as f64 / 1e6);
    let places = stretches.iter().map(|&(first, last)| {
        let worst = run.windows[first..=last].iter().max().copied().unwrap_or(0);
        let from_to = if first == last {
            millions(first)
        } else {
            format!("{} to {}", millions(first), millions(last + 1))
        };
        format!("{from_to} ({})", time(worst))
    });
    let places = places.collect::<Vec<_>>().join(", ");
    wrapped(&format!(
        "In the run of this map's `u64` that is shown, {} of the {WINDOWS} parts of the growth \
         have an insertion of {} or more, the worst of all being the {}th. They are at these \
         millions of entries, with the worst of each stretch: {places}.\n",
        long.len(),
        time(PAUSE_MIN),
        grouped(run.worst_at + 1)
    ))
}

/// What inserting one map's entries into another takes at the size of rust #36481.
pub(super) fn merged(record: &Record) -> String {
    let cells = [("u64", Types::U64U64), ("String", Types::StringU64)];
    let cells = cells.map(|(keys, types)| {
        let found = look(record, &main_cell(Operation::Merge, types, REPORTED_LEN))?;
        let seconds = |ns: f64| ns * REPORTED_LEN as f64 / 1e9;
        Some(format!(
            "{:.2} s for `{keys}` keys, and {:.2} s in hashbrown",
            seconds(found.ours_ns),
            seconds(found.theirs_ns)
        ))
    });
    let cells: Vec<String> = cells.into_iter().flatten().collect();
    if cells.is_empty() {
        return String::new();
    }
    wrapped(&format!(
        "Inserting all {} entries of one map into an empty other takes {}.\n",
        grouped(REPORTED_LEN),
        cells.join("; ")
    ))
}

/// What the dashes in the tables of ratios stand for.
pub(super) fn missing(record: &Record) -> String {
    let all = all();
    let has = |name: &str| record.cells.contains_key(name);
    let missing: Vec<_> = all.iter().filter(|cell| !has(&cell.to_string())).collect();
    let Some(first) = missing.first() else {
        return format!("All {} cells were measured.\n", all.len());
    };
    let count = |rival, hashing| {
        missing.iter().filter(|cell| (cell.rival, cell.hashing) == (rival, hashing)).count()
    };
    let kinds = [
        ("hashbrown", Rival::Hashbrown, Hashing::Same),
        ("std", Rival::Std, Hashing::Same),
        ("griddle", Rival::Griddle, Hashing::Same),
        ("indexmap", Rival::Indexmap, Hashing::Same),
        ("hashbrown as it comes", Rival::Hashbrown, Hashing::Default),
        ("std as it comes", Rival::Std, Hashing::Default),
        ("griddle as it comes", Rival::Griddle, Hashing::Default),
        ("indexmap as it comes", Rival::Indexmap, Hashing::Default),
        ("BTreeMap", Rival::BTreeMap, Hashing::Default),
    ];
    let kinds = kinds.iter().map(|&(name, rival, hashing)| (name, count(rival, hashing)));
    let kinds = kinds.filter(|(_, count)| *count > 0);
    let kinds: Vec<String> = kinds.map(|(name, count)| format!("{name} {count}")).collect();
    let is_one_size = missing.iter().all(|cell| cell.len == first.len);
    let size = if is_one_size {
        format!(", all at {} entries", grouped(first.len))
    } else {
        String::new()
    };
    wrapped(&format!(
        "This record lacks {} of the {} cells{size} (beside {}): a dash below, or an empty \
         place for three. `cargo xtask bench` measures them all.\n",
        missing.len(),
        all.len(),
        kinds.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(map: &str, task: Task, worst: u64) -> Run {
        let mut windows = vec![1000; WINDOWS];
        windows[2] = worst;
        windows[4] = worst / 2;
        windows[100] = worst / 3;
        Run {
            map: map.to_owned(),
            keys: "u64".to_owned(),
            task,
            len: 20_000_000,
            rate: 500_000,
            seconds: 7.0,
            percentiles: [1, 2, 3000, 4],
            worst,
            worst_at: 123_455,
            windows,
        }
    }

    #[test]
    fn the_headline_is_of_the_runs_with_the_smallest_worst() {
        let mut record = Record::default();
        assert_eq!(headline(&record), "");
        for (map, worst) in [("tophash", 900_000), ("tophash", 600_000), ("hashbrown", 5_000_000)] {
            record.latency.push(run(map, Task::Insert, worst));
        }
        let text = headline(&record).replace('\n', " ");
        assert!(text.contains("took 600.0 µs, and 5.0 ms in hashbrown (the best of 2"), "{text}");
        assert!(!text.contains("due"), "{text}");
        record.latency.push(run("tophash", Task::InsertAtRate, 1));
        record.latency.push(run("hashbrown", Task::InsertAtRate, 1));
        let text = headline(&record).replace('\n', " ");
        assert!(text.contains("due 500 000 times a second waited 3.0 µs"), "{text}");
    }

    #[test]
    fn no_line_is_wider_than_its_paragraphs() {
        let text = wrapped(&"word ".repeat(60));
        assert!(text.lines().all(|line| line.len() <= 120), "{text}");
        assert_eq!(text.split_whitespace().count(), 60);
    }

    #[test]
    fn neighbouring_pauses_are_one_stretch() {
        let mut record = Record::default();
        record.latency.push(run("tophash", Task::Insert, 600_000));
        let text = pauses(&record).replace('\n', " ");
        assert!(text.contains("3 of the 400 parts"), "{text}");
        assert!(text.contains("0.1 to 0.2 (600.0 µs), 5.0 (200.0 µs)."), "{text}");
        assert!(text.contains("the 123 456th"), "{text}");
    }

    #[test]
    fn a_merge_is_told_in_seconds() {
        let mut record = Record::default();
        assert_eq!(merged(&record), "");
        let comparison = crate::pairs::Comparison {
            ratio: 2.0,
            low: 2.0,
            high: 2.0,
            pairs: 5,
            ours_ns: 100.0,
            theirs_ns: 50.0,
        };
        record.cells.insert("merge/u64-u64/random/5000000/same/hashbrown".to_owned(), comparison);
        let text = merged(&record).replace('\n', " ");
        assert!(text.contains("takes 0.50 s for `u64` keys, and 0.25 s in hashbrown."), "{text}");
    }

    #[test]
    fn cells_that_were_not_measured_are_counted() {
        let mut record = Record::default();
        let comparison = crate::pairs::Comparison {
            ratio: 1.0,
            low: 1.0,
            high: 1.0,
            pairs: 1,
            ours_ns: 1.0,
            theirs_ns: 1.0,
        };
        for cell in all() {
            record.cells.insert(cell.to_string(), comparison);
        }
        assert!(missing(&record).starts_with("All "));
        record.cells.remove("hit/u64-u64/random/1000000/default/std");
        let text = missing(&record).replace('\n', " ");
        assert!(text.contains("1 of the "), "{text}");
        assert!(text.contains("all at 1 000 000 entries (beside std as it comes 1)"), "{text}");
    }
}
