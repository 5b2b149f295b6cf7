//! `tophash inspect` on what goes wrong: it says so, keeps what it has, and its exit code tells.

use crate::common::{Folder, lines, problems, run, run_with, top, tophash, zstd};
use std::io::{Read, Write};

#[test]
fn keys_are_bytes_and_are_shown_escaped() {
    let input = b"\xff\x00\x1b[31mred\n\xff\x00\x1b[31mred\ncaf\xe9\n";
    let text = run_with(&["inspect"], input);
    assert!(text.stdout.contains(r"\xff\0\u{1b}[31mred"), "{}", text.stdout);
    assert!(text.stdout.contains(r"caf\xe9"));
    let report = run_with(&["inspect", "--json"], input).json();
    assert_eq!(report["top"][0]["key_hex"], "ff001b5b33316d726564");
    assert_eq!(report["top"][0]["count"], 2);
}

#[test]
fn a_binary_file_is_a_file() {
    let mut bytes = Vec::new();
    let mut state = 7_u64;
    for _ in 0..100_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        bytes.push((state >> 56) as u8);
    }
    for key in ["line", "word", "field:2", "csv:1", "json:/a", "combined-log:path"] {
        let ran = run_with(&["inspect", "--key", key, "--no-header"], bytes.clone());
        assert!([Some(0), Some(1)].contains(&ran.code), "{key}: {}", ran.stderr);
        assert!(!ran.stdout.contains('\x1b') && !ran.stderr.contains("panicked"), "{key}");
    }
}

#[test]
fn hostile_keys_cannot_break_out_of_the_page() {
    let folder = Folder::new();
    let (page, hostile) = (folder.path("page.html"), "</script><script>alert(1)</script><!--");
    // The name of a file is hostile, too.
    let input = folder.file("<img onerror=alert(2)>", format!("{hostile}\n%%DATA%%\n"));
    let ran = run(&["inspect", "--html", &page, &input]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let text = std::fs::read_to_string(&page).unwrap();
    assert!(!text.contains("<script>alert") && !text.contains("<img"));
    assert_eq!(text.matches("</script>").count(), 3);
    assert!(text.contains("&lt;/script&gt;&lt;script&gt;alert(1)"));
}

#[test]
fn what_is_missing_is_counted_with_its_first_line() {
    let fields = run_with(&["inspect", "--json", "--key", "field:2"], "a b\nc\nd\ne f\n");
    assert_eq!(fields.code, Some(0));
    assert_eq!(problems(&fields.json()), [("field-missing".to_owned(), 2, 2)]);

    let rows = "a,b\n1,2\n\"x\ny\"\n3\n4,5\n";
    let columns = run_with(&["inspect", "--json", "--key", "csv:b"], rows);
    assert_eq!(problems(&columns.json()), [("column-missing".to_owned(), 2, 3)]);

    let documents = "{\"a\": 1}\n{\"b\": 1}\nnonsense\n{\"a\": 1}\n";
    let pointers = run_with(&["inspect", "--json", "--key", "json:/a"], documents).json();
    let expected = [("not-json".to_owned(), 1, 3), ("pointer-missing".to_owned(), 1, 2)];
    assert_eq!(problems(&pointers), expected);
    assert_eq!(top(&pointers), [("1".to_owned(), 2)]);

    let text = run_with(&["inspect", "--key", "json:/a"], documents);
    assert!(text.stdout.contains("the first is standard input:3"), "{}", text.stdout);
}

#[test]
fn a_value_that_is_missing_does_not_cost_the_key_its_count() {
    let arguments = ["inspect", "--json", "--key", "field:1", "--unique", "field:2"];
    let report = run_with(&arguments, "a x\na\n").json();
    assert_eq!((&report["top"][0]["count"], &report["top"][0]["unique"]), (&2.into(), &1.into()));
    assert_eq!(report["problems"][0]["of"], "value");
}

#[test]
fn records_without_the_key_are_a_failure_only_if_all_are() {
    let ran = run_with(&["inspect", "--key", "json:/a"], "x\ny\n");
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("no record has the key `json:/a`"), "{}", ran.stderr);
    assert_eq!(run_with(&["inspect", "--key", "json:/a"], "").code, Some(0));
}

#[test]
fn a_column_that_is_not_there_is_answered_with_those_that_are() {
    let folder = Folder::new();
    let (good, bad) = (folder.file("good.csv", "b\n1\n"), folder.file("bad.csv", "x,y\x1b\n1,2\n"));
    let ran = run(&["inspect", "--json", "--key", "csv:b", &bad, &good]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("bad.csv:1: there is no column `b`"), "{}", ran.stderr);
    assert!(ran.stderr.contains("The columns are: x, y\\u{1b}."), "{}", ran.stderr);
    assert_eq!(top(&ran.json()), [("1".to_owned(), 1)]);
}

#[test]
fn keys_are_bounded_in_length_at_64_kib() {
    let at = "a".repeat(64 << 10);
    let ran = run_with(&["inspect", "--json"], format!("{at}\n{at}a\nb\n"));
    let report = ran.json();
    assert_eq!(report["distinct_keys"], 2);
    assert_eq!(problems(&report), [("key-too-long".to_owned(), 1, 2)]);
}

#[test]
fn a_line_beyond_the_bound_is_skipped_and_reported() {
    let folder = Folder::new();
    let path = folder.path("long");
    let mut file = std::fs::File::create(&path).unwrap();
    let long = std::io::repeat(b'x').take((16 << 20) + 1);
    std::io::copy(&mut b"word\n".chain(long).chain(&b"\nword\n"[..]), &mut file).unwrap();
    let report = run(&["inspect", "--json", "--key", "word", &path]).json();
    assert_eq!(top(&report), [("word".to_owned(), 2)]);
    assert_eq!(problems(&report), [("line-too-long".to_owned(), 1, 2)]);
}

#[test]
fn the_other_files_go_on_where_one_cannot_be_read() {
    let folder = Folder::new();
    let (good, missing) = (folder.file("good", "a\n"), folder.path("missing\x1b[31m"));
    let directory = folder.root().display().to_string();
    let ran = run(&["inspect", "--json", &missing, &directory, &good]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("missing\\u{1b}[31m cannot be read: No such file"));
    assert!(ran.stderr.contains("Check the name"), "{}", ran.stderr);
    assert!(ran.stderr.contains("Name the files in it"), "{}", ran.stderr);
    assert!(ran.stderr.contains("2 of 3 could not be read whole"));
    let report = ran.json();
    assert_eq!((top(&report), &report["inputs_failed"]), (vec![("a".to_owned(), 1)], &2.into()));
}

#[test]
fn without_any_input_there_is_no_report() {
    let ran = run(&["inspect", "no-such-file"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
}

#[test]
fn of_a_damaged_archive_what_was_read_is_reported() {
    let folder = Folder::new();
    let text = lines((0..200_000).map(|n| format!("line {n}")));
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let zstd = zstd(&text);
    for (name, bytes) in [("cut.gz", gzip), ("cut.zst", zstd)] {
        let cut = folder.file(name, &bytes[..bytes.len() / 2]);
        let ran = run(&["inspect", "--json", &cut]);
        assert_eq!(ran.code, Some(1));
        assert!(ran.stderr.contains(&format!("{name}:")), "{}", ran.stderr);
        assert!(ran.stderr.contains("damaged or cut off"), "{}", ran.stderr);
        let records = ran.json()["records"].as_u64().unwrap();
        assert!((1000..200_000).contains(&records), "{name}: {records}");
    }
}

#[test]
fn a_bound_that_is_reached_is_said_and_has_its_exit_code() {
    let at = run_with(&["inspect", "--json", "--max-keys", "2"], "a\nb\na\n");
    assert_eq!((at.code, &at.json()["stopped_by"]), (Some(0), &serde_json::Value::Null));

    let beyond = run_with(&["inspect", "--json", "--max-keys", "2"], "a\nb\na\nc\nd\n");
    assert_eq!(beyond.code, Some(3));
    assert!(beyond.stderr.contains("standard input:4: stopped here"), "{}", beyond.stderr);
    let report = beyond.json();
    assert_eq!((&report["stopped_by"], &report["records"]), (&"max-keys".into(), &3.into()));

    let values = ["inspect", "--key", "field:1", "--unique", "field:2", "--max-values", "2"];
    assert_eq!(run_with(&values, "a 1\na 2\na 1\n").code, Some(0));
    let ran = run_with(&values, "a 1\na 2\na 3\n");
    assert_eq!(ran.code, Some(3));
    assert!(ran.stdout.contains("This is not all: --max-values"), "{}", ran.stdout);

    let line = "x".repeat((1 << 16) - 2);
    let texts = lines((10..26).map(|n| format!("{n}{line}")));
    assert_eq!(run_with(&["inspect", "--max-text", "1"], texts.clone()).code, Some(0));
    assert_eq!(run_with(&["inspect", "--max-text", "1"], texts + "y\n").code, Some(3));
}

#[test]
fn who_closes_the_output_early_hears_nothing() {
    let input = lines(0..100_000);
    for arguments in [&["inspect", "--top", "100000"][..], &["inspect", "--json"], &["man"]] {
        let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin!("tophash"))
            .args(arguments)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        // `man` does not read, and may have ended before the input is written.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    }
}

#[test]
fn a_name_of_a_page_cannot_speak_to_the_terminal() {
    let ran = run_with(&["inspect", "--html", "no\x1b[2J/page.html"], "a\n");
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains(r"no\u{1b}[2J/page.html") && !ran.stderr.contains('\x1b'));
}

#[test]
fn a_page_that_cannot_be_written_leaves_nothing_behind() {
    let folder = Folder::new();
    let ran = run_with(&["inspect", "--html", &folder.path("none/page.html")], "a\n");
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("cannot be written"), "{}", ran.stderr);
    assert!(ran.stdout.contains("1 record"), "the report is printed all the same");

    // Its name is taken by a folder: the page is written beside it and then cannot take its name.
    std::fs::create_dir(folder.path("taken")).unwrap();
    let ran = run_with(&["inspect", "--html", &folder.path("taken")], "a\n");
    assert_eq!(ran.code, Some(1));
    assert_eq!(std::fs::read_dir(folder.root()).unwrap().count(), 1);
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error_with_a_cause() {
    let page = run_with(&["inspect", "--html", "/dev/full"], "a\n");
    assert_eq!(page.code, Some(1));
    assert!(page.stderr.contains("/dev/full cannot be written: No space left"), "{}", page.stderr);
    assert!(page.stderr.contains("Make room"));

    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = std::process::Command::new(assert_cmd::cargo::cargo_bin!("tophash"))
        .args(["plan", "--key", "u64", "--count", "1"])
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("No space left"), "{stderr}");
}

#[test]
#[cfg(unix)]
fn a_page_that_a_link_names_is_replaced_where_it_lies() {
    let folder = Folder::new();
    let (page, link) = (folder.file("page.html", "old"), folder.path("link.html"));
    std::os::unix::fs::symlink(&page, &link).unwrap();
    assert_eq!(run_with(&["inspect", "--html", &link], "a\n").code, Some(0));
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(std::fs::read_to_string(&page).unwrap().starts_with("<!doctype html>"));
}

#[test]
fn options_that_do_not_go_together_are_refused() {
    let wrong = [
        &["inspect", "--key", "nonsense"][..],
        &["inspect", "--sum", "word"],
        &["inspect", "--key", "csv:1", "--sum", "field:1"],
        &["inspect", "--sum", "field:1", "--unique", "field:1"],
        &["inspect", "--max-keys", "0"],
        &["inspect", "--no-compare", "--same-hasher"],
        &["inspect", "--delimiter", "ab"],
        &["plan", "--key", "u7", "--count", "1"],
        &["race", "--sizes", "0"],
        &["race", "--quick", "--pairs", "3"],
        &["nonsense"],
        &[],
    ];
    for arguments in wrong {
        tophash(arguments).assert().code(2);
    }
}
