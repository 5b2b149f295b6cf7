//! `tophash inspect` on what it is for: keys and values of every format, in every output.

use crate::common::{Folder, lines, problems, run, run_with, top, zstd};
use std::io::Write;

const LOG: &str = "\
203.0.113.9 - alice [10/Oct/2025:13:55:36 +0000] \"GET /cart?id=7 HTTP/1.1\" 200 100 \"-\" \"x\"
203.0.113.9 - - [10/Oct/2025:13:55:37 +0000] \"GET /cart HTTP/1.1\" 200 - \"-\" \"x\"
198.51.100.2 - - [10/Oct/2025:13:55:38 +0000] \"POST /login HTTP/1.1\" 302 20 \"-\" \"y\"
198.51.100.2 - - [10/Oct/2025:13:55:39 +0000] \"GET /cart HTTP/1.1\" 200 30 \"-\" \"y\"
";

fn pairs(expected: &[(&str, u64)]) -> Vec<(String, u64)> {
    expected.iter().map(|&(key, count)| (key.to_owned(), count)).collect()
}

#[test]
fn lines_are_counted_by_default() {
    let ran = run_with(&["inspect", "--json"], "b\na\r\nb\n\n");
    let report = ran.json();
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert_eq!(top(&report), pairs(&[("b", 2), ("", 1), ("a", 1)]));
    assert_eq!((&report["records"], &report["distinct_keys"]), (&4.into(), &3.into()));
    assert_eq!(report["version"], 1);
}

#[test]
fn the_guides_tasks_are_one_call_each() {
    let words = run_with(&["inspect", "--json", "--key", "word"], "The cat. The dog!");
    assert_eq!(top(&words.json()), pairs(&[("the", 2), ("cat", 1), ("dog", 1)]));

    let calls = run_with(&["inspect", "--json", "--key", "combined-log:endpoint"], LOG);
    assert_eq!(top(&calls.json()), pairs(&[("/cart", 3), ("/login", 1)]));

    let unique =
        ["inspect", "--json", "--key", "combined-log:endpoint", "--unique", "combined-log:host"];
    let visitors = run_with(&unique, LOG).json();
    assert_eq!(visitors["top"][0]["unique"], 2);
    assert_eq!(visitors["top"][1]["unique"], 1);

    let people = "name,city\nalice,Paris\nbob,Rome\ncharlie,Paris\n";
    let group = ["inspect", "--json", "--key", "csv:city", "--group", "csv:name"];
    let cities = run_with(&group, people).json();
    assert_eq!(cities["top"][0]["key"], "Paris");
    assert_eq!(cities["top"][0]["group"]["values"], serde_json::json!(["alice", "charlie"]));
}

#[test]
fn sums_are_of_numbers_and_the_rest_is_reported() {
    let sum = ["inspect", "--json", "--key", "combined-log:host", "--sum", "combined-log:bytes"];
    let report = run_with(&sum, LOG).json();
    assert_eq!(report["top"][0]["sum"], 100.0);
    assert_eq!(report["top"][1]["sum"], 50.0);
    assert_eq!(problems(&report), [("not-number".to_owned(), 1, 2)]);
}

#[test]
fn sums_keep_all_digits_and_say_where_they_overflow() {
    let rows = "k,v\nless,9007199254740992\nmore,9007199254740993\nless,0\nlarge,1e308\n\
                large,1e308\nsmall,-1e308\nsmall,-1e308\n";
    let sum = ["inspect", "--key", "csv:k", "--sum", "csv:v"];
    let text = run_with(&sum, rows).stdout;
    for part in [" 9007199254740993  more", " overflow  large", " -overflow  small"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("inf"), "{text}");

    let json = run_with(&[&sum[..], &["--json"]].concat(), rows);
    assert!(json.stdout.contains("9007199254740993") && !json.stdout.contains("740993.0"));
    let leading = &json.json()["top"];
    assert_eq!(leading[0]["key"], "large");
    assert!(leading[0]["sum"].is_null() && leading[0]["sum_overflows"] == true);
    // One has fewer records and is larger by one, which an `f64` does not show.
    assert_eq!((&leading[1]["key"], &leading[2]["key"]), (&"more".into(), &"less".into()));
    assert_eq!(leading[1]["sum"], 9_007_199_254_740_993_i64);
    assert!(leading[1]["sum_overflows"].is_null());
}

#[test]
fn tables_may_have_no_header_and_other_delimiters() {
    let arguments = ["inspect", "--json", "--key", "csv:2", "--no-header", "--delimiter", "\\t"];
    let report = run_with(&arguments, "x\ta\ny\t\"a\nb\"\nz\ta\n").json();
    assert_eq!(top(&report), pairs(&[("a", 2), ("a\nb", 1)]));
}

#[test]
fn json_is_asked_by_pointer() {
    let documents =
        "{\"user\": {\"id\": 7}}\n{\"user\": {\"id\": 7}}\n{\"user\": {\"id\": \"x\"}}\n";
    let report = run_with(&["inspect", "--json", "--key", "json:/user/id"], documents).json();
    assert_eq!(top(&report), pairs(&[("7", 2), ("x", 1)]));
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_key() {
    for (key, rest) in [("line", "a\n\u{feff}a\na\n"), ("json:", "\"a\"\n\"\u{feff}a\"\n\"a\"\n")] {
        let ran = run_with(&["inspect", "--json", "--key", key], format!("\u{feff}{rest}"));
        let report = ran.json();
        assert_eq!(top(&report), pairs(&[("a", 2), ("\u{feff}a", 1)]), "{key}");
        assert!(problems(&report).is_empty(), "{key}");
    }
    let table = run_with(&["inspect", "--json", "--key", "csv:k"], "\u{feff}\"k\",v\na,1\n");
    assert_eq!(top(&table.json()), pairs(&[("a", 1)]));
}

#[test]
fn a_group_is_bounded() {
    let input = lines((0..50).map(|n| format!("k {n}")));
    let arguments =
        ["inspect", "--json", "--key", "field:1", "--group", "field:2", "--group-size", "3"];
    let report = run_with(&arguments, input).json();
    let group = &report["top"][0]["group"];
    assert_eq!(group["values"], serde_json::json!(["0", "1", "2"]));
    assert_eq!(group["count"], 50);
}

#[test]
fn compressed_files_are_read_as_what_they_hold() {
    let folder = Folder::new();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(b"a\nb\n").unwrap();
    let gzip = folder.file("any.name", gzip.finish().unwrap());
    let zstd = folder.file("other.name", zstd("a\nc\n"));
    let plain = folder.file("plain", "a\n");
    let report = run(&["inspect", "--json", &gzip, &zstd, &plain]).json();
    assert_eq!(top(&report), pairs(&[("a", 3), ("b", 1), ("c", 1)]));
}

#[test]
fn both_maps_are_given_every_key() {
    let input = lines((0..3000).map(|n| format!("{}", n % 1000)));
    let report = run_with(&["inspect", "--json"], input.clone()).json();
    for map in ["tophash", "std"] {
        assert_eq!(report["latency"][map]["new"]["operations"], 1000);
        assert_eq!(report["latency"][map]["seen"]["operations"], 2000);
    }
    assert_eq!(report["latency"]["nothing"]["operations"], 3000);
    assert_eq!(report["std"]["same_hasher"], false);
    // 1,000 entries of 24 bytes in 2,048 buckets, and 1,024 beside while it resized.
    assert_eq!(report["std"]["bytes"], 2048 * 25 + 16);
    assert_eq!(report["std"]["bytes_max"], 2048 * 25 + 16 + 1024 * 25 + 16);

    let same = run_with(&["inspect", "--json", "--same-hasher"], input.clone()).json();
    assert_eq!(same["std"]["same_hasher"], true);
    let alone = run_with(&["inspect", "--json", "--no-compare"], input).json();
    assert!(alone["std"].is_null() && alone["latency"]["std"].is_null());
}

#[test]
fn the_report_agrees_with_itself() {
    let input = lines(0..5000);
    let report = run_with(&["inspect", "--json"], input).json();
    let map = &report["map"];
    let number = |value: &serde_json::Value| value.as_u64().unwrap();
    let parts = ["header", "directory", "buckets", "overflow", "spare"];
    let sum: u64 = parts.iter().map(|part| number(&map["bytes"][part])).sum();
    assert_eq!(sum, number(&map["bytes"]["total"]));
    let classes = map["chains"].as_array().unwrap();
    let chains: u64 = classes.iter().map(|class| number(&class["chains"])).sum();
    assert_eq!(chains, number(&map["buckets"]));
    let of_class = |class: &serde_json::Value| number(&class["chains"]) * number(&class["entries"]);
    assert_eq!(classes.iter().map(of_class).sum::<u64>(), 5000);
    let series = &report["series"];
    let length = series["operations"].as_array().unwrap().len();
    for column in ["keys", "tophash_ns", "std_ns", "nothing_ns", "tophash_bytes", "std_bytes"] {
        assert_eq!(series[column].as_array().unwrap().len(), length, "{column}");
    }
}

#[test]
fn the_text_has_its_parts_and_stays_within_80_columns() {
    let input = lines((0..200_000).map(|n| format!("key number {n}")));
    let ran = run_with(&["inspect", "--color", "never"], input);
    for part in ["200,000 records", "The map", "Memory", "Chains", "Latency", "p99.99"] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
    for line in ran.stdout.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert!(!ran.stdout.contains('\x1b'));
}

#[test]
fn colors_come_when_they_are_asked_for() {
    let always = run_with(&["inspect", "--color", "always"], "a\n");
    assert!(always.stdout.contains("\x1b[1m"));
    let auto = run_with(&["inspect"], "a\n");
    assert!(!auto.stdout.contains('\x1b'), "a pipe is no terminal");
}

#[test]
fn the_page_holds_the_report_and_needs_nothing_else() {
    let folder = Folder::new();
    let page = folder.path("page.html");
    let ran = run_with(&["inspect", "--html", &page], "a\nb\na\n");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let text = std::fs::read_to_string(&page).unwrap();
    let begin = text.find("id=\"report\">").unwrap() + "id=\"report\">".len();
    let data = &text[begin..begin + text[begin..].find("</script>").unwrap()];
    let report: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!(top(&report), pairs(&[("a", 2), ("b", 1)]));
    assert!(!text.contains("%%"), "a placeholder was left");
    assert!(!text.contains("src=") && !text.contains("href="));
    let files: Vec<_> = std::fs::read_dir(folder.root()).unwrap().collect();
    assert_eq!(files.len(), 1, "the file that is written first is gone");
}
