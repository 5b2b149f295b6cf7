//! `tophash plan`, `tophash race`, and what the program says of itself.

use crate::common::run;

#[test]
fn a_plan_says_what_three_maps_take() {
    let ran = run(&["plan", "--key", "u64", "--value", "u64", "--count", "1000", "--json"]);
    let plan = ran.json();
    let estimate = &plan["estimates"][0];
    let map: tophash::HashMap<u64, u64> = tophash::HashMap::with_capacity(1000);
    assert_eq!(estimate["tophash"]["bytes"], map.allocation_size());
    assert_eq!(estimate["tophash"]["capacity"], 1664);
    assert_eq!(estimate["std"]["bytes"], 2048 * 17 + 16);
    assert_eq!(estimate["go"]["bytes"], (256 + 16) * 144 + 48);
}

#[test]
fn a_plan_is_a_text_within_80_columns() {
    let one = run(&["plan", "-k", "String", "-v", "(u32, u32)", "-n", "1000000000"]);
    assert!(one.stdout.contains("24 + 8 bytes an entry"), "{}", one.stdout);
    let table = run(&["plan", "-k", "[u8; 20]", "-n", "1000000000", "--table"]);
    assert!(table.stdout.contains("500,000,000"), "{}", table.stdout);
    for line in one.stdout.lines().chain(table.stdout.lines()) {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn what_cannot_be_planned_is_said() {
    let large = run(&["plan", "-k", "bytes:1048577", "-n", "1"]);
    assert_eq!(large.code, Some(2));
    assert!(large.stderr.contains("1048576"), "{}", large.stderr);
    assert_eq!(run(&["plan", "-k", "bytes:1048576", "-n", "1"]).code, Some(0));
    let many = run(&["plan", "-k", "u64", "-n", "1099511627776"]);
    assert_eq!(many.code, Some(1));
    assert!(many.stderr.contains("no map can have"), "{}", many.stderr);
    assert_eq!(run(&["plan", "-k", "u64", "-n", "1099511627777"]).code, Some(2));
}

#[test]
fn a_race_has_a_row_for_each_task_and_size() {
    let arguments = ["race", "--sizes", "10,1000", "--pairs", "3"];
    let json = run(&[&arguments[..], &["--json"]].concat()).json();
    let rows = json["rows"].as_array().unwrap();
    assert_eq!((rows.len(), &json["pairs"]), (12, &3.into()));
    for row in rows {
        let number = |name: &str| row[name].as_f64().unwrap();
        assert!(number("ratio_min") <= number("ratio") && number("ratio") <= number("ratio_max"));
    }
    let text = run(&[&arguments[..], &["--same-hasher"]].concat()).stdout;
    for part in ["both with foldhash, 3 pairs", "1,000 entries", "in the calmest run"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_race_at_its_bounds_is_run_and_beyond_is_refused() {
    assert_eq!(run(&["race", "--sizes", "1", "--pairs", "1"]).code, Some(0));
    for wrong in [["--sizes", "20000001"], ["--pairs", "0"], ["--pairs", "1002"]] {
        assert_eq!(run(&["race", wrong[0], wrong[1]]).code, Some(2));
    }
}

#[test]
fn the_program_describes_itself() {
    let version = run(&["--version"]).stdout;
    assert_eq!(version.trim(), format!("tophash {}", env!("CARGO_PKG_VERSION")));
    assert!(run(&["--help"]).stdout.contains("Exit codes:"));
    assert!(run(&["inspect", "--help"]).stdout.contains("combined-log:FIELD"));
    let page = run(&["man"]).stdout;
    for part in [".TH tophash", "TOPHASH INSPECT", "\\-\\-max\\-keys", "Exit codes:"] {
        assert!(page.contains(part), "{part}");
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(&["completions", shell]);
        assert!(script.code == Some(0) && script.stdout.contains("max-keys"), "{shell}");
    }
}
