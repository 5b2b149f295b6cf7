//! `tophash explore` in a real browser: what the page shows is what the server's map says.
//!
//! Needs `chromedriver` and Chromium (Debian: chromium, chromium-driver), hence the feature:
//! `cargo test -p tophash-cli --features browser-tests --test browser`.

mod support;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use support::{Browser, Program, Screen};

const STEP_COUNT: usize = 20;

/// `12345` as the page writes it.
fn thousands(number: &Value) -> String {
    let digits = number.as_u64().unwrap().to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Holds what the page shows against what the API says.
async fn compare(program: &Program, browser: &Browser) {
    let id = browser.map_id().await;
    let view = &program.get(&format!("/api/maps/{id}"))["view"];
    let header = &view["header"];
    for (field, name) in [("count", "count"), ("noverflow", "noverflow"), ("buckets", "buckets")] {
        browser.wait_for_field(field, &thousands(&header[name])).await;
    }
    assert_eq!(browser.field("B").await, header["b"].to_string());
    assert_eq!(browser.field("hash0").await, header["hash0"]);
    assert_eq!(browser.field("oldbuckets").await, "none");
    let nevacuate = if header["half"] == 0 {
        "0".to_owned()
    } else {
        format!("{} of {}", header["nevacuate"], header["half"])
    };
    assert_eq!(browser.field("nevacuate").await, nevacuate);
    browser.wait_until("document.getElementById('buckets').ariaBusy === 'false'").await;
    let shown = browser.value("[...document.querySelectorAll('.chain')].map(chainOf)").await;
    let shown = shown.as_array().unwrap();
    if let Some(chains) = view["chains"].as_array() {
        assert_eq!(shown.len(), chains.len());
    } else {
        assert!(!shown.is_empty(), "some buckets of a large map are shown");
    }
    for chain in shown {
        let index = &chain["index"];
        let path = format!("/api/maps/{id}/chains?from={index}&count=1");
        let stored = &program.get(&path)["chains"][0];
        assert_eq!(chain["buckets"], plain_buckets(stored), "bucket {index}");
    }
}

/// A chain of the API as [`READER`] reads cards: tophash, key and value of each taken slot.
fn plain_buckets(chain: &Value) -> Value {
    let buckets = chain["buckets"].as_array().unwrap().iter().map(|bucket| {
        let entries = bucket["entries"].as_array().unwrap().iter().enumerate();
        let rows = entries.map(|(slot, entry)| {
            let tophash = bucket["tophashes"][slot].as_u64().unwrap();
            json!([format!("{tophash:02x}"), entry[0], entry[1]])
        });
        Value::Array(rows.collect())
    });
    Value::Array(buckets.collect())
}

/// Teaches the page to read its cards aloud.
const READER: &str = "
    window.chainOf = (card) => ({
        index: Number(card.dataset.chain),
        buckets: [...card.querySelectorAll('.bucket')].map((bucket) =>
            [...bucket.querySelectorAll('.slot:not(.free)')].map((slot) =>
                [...slot.children].map((cell) => cell.textContent))),
    });";

async fn open(program: &Program, screen: Screen) -> Browser {
    let browser = Browser::open(program, screen).await;
    browser.client.execute(READER, Vec::new()).await.unwrap();
    browser
}

/// Goes on to the step of this number, from 0, which is the next one.
async fn next_step(browser: &Browser, step: usize) {
    browser.click("tour-next").await;
    let is_there = format!("document.getElementById('tour').dataset.step === '{step}'");
    browser.wait_until(&is_there).await;
    browser.wait_until("document.body.dataset.tour === 'ready'").await;
}

/// Waits for the end of a look-up's animation, whose steps then say `last`. That a look-up has
/// ended is not enough: it may be the one before, or the one that is shown while a key is typed.
async fn wait_for_look_up(browser: &Browser, last: &str) {
    let steps = "document.getElementById('steps')";
    let is_done = format!("{steps}.dataset.done === 'true'");
    let is_said = format!("{steps}.innerText.includes({})", Value::from(last));
    browser.wait_until(&format!("{is_done} && {is_said}")).await;
}

#[tokio::test]
async fn the_whole_tour_shows_what_the_api_says() {
    let program = Program::start(&[]);
    let browser = open(&program, Screen::Desk).await;
    let mut titles = BTreeSet::new();
    for step in 0..STEP_COUNT {
        if step > 0 {
            next_step(&browser, step).await;
        }
        titles.insert(browser.text("#tour-title").await);
        assert!(browser.text("#tour-text").await.len() > 80);
        compare(&program, &browser).await;
        match step {
            1 => assert_eq!(browser.field("buckets").await, "2"),
            2 => assert_eq!(browser.field("count").await, "1"),
            8 => assert_eq!(browser.field("count").await, "13"),
            9 => assert_eq!(browser.field("buckets").await, "4"),
            11 => assert_eq!(browser.field("nevacuate").await, "0 of 64"),
            12 => assert_eq!(browser.field("nevacuate").await, "1 of 64"),
            14 => assert_eq!(browser.field("buckets").await, "128"),
            16 => assert_eq!(browser.field("buckets").await, "127"),
            19 => assert_eq!(browser.field("buckets").await, "0"),
            _ => {}
        }
    }
    assert_eq!(titles.len(), STEP_COUNT);
    browser.close().await;
}

#[tokio::test]
async fn one_can_go_back_in_the_tour_and_begin_at_any_phase() {
    let program = Program::start(&[]);
    let browser = open(&program, Screen::Desk).await;
    let phase = "document.querySelectorAll('#tour-phases button')[4].click()";
    browser.client.execute(phase, Vec::new()).await.unwrap();
    browser.wait_until("document.getElementById('tour').dataset.step === '8'").await;
    compare(&program, &browser).await;
    browser.click("tour-back").await;
    browser.wait_until("document.getElementById('tour').dataset.step === '7'").await;
    browser.wait_for_field("count", "2").await;
    // Somebody plays in between; the tour makes good what its next step needs.
    browser.click("clear").await;
    browser.wait_for_field("count", "0").await;
    assert!(browser.text("#tour-stale").await.contains("You have changed the map"));
    next_step(&browser, 8).await;
    browser.wait_for_field("count", "13").await;
    compare(&program, &browser).await;
    browser.close().await;
}

#[tokio::test]
async fn a_typed_key_is_looked_up_step_by_step() {
    let program = Program::start(&[]);
    let browser = open(&program, Screen::Desk).await;
    browser.fill("key", "charlie").await;
    browser.fill("value", "35").await;
    browser.click("insert").await;
    browser.wait_for_field("count", "1").await;
    browser.click("look-up-key").await;
    wait_for_look_up(&browser, "the value is 35").await;
    let id = browser.map_id().await;
    let trace = &program.get(&format!("/api/maps/{id}/trace?key=charlie"))["trace"];
    let hash = trace["hash"].as_str().unwrap();
    let bits = browser.value("[...document.querySelectorAll('.byte i')].map(i => i.textContent)");
    let bits: String = bits.await.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let shown = u64::from_str_radix(&bits, 2).unwrap();
    assert_eq!(format!("0x{shown:016x}"), hash);
    wait_for_look_up(&browser, hash).await;
    wait_for_look_up(&browser, "the value is 35").await;
    assert_eq!(browser.text("[data-mark=equal] .key").await, "charlie");
    assert!(browser.text("#said").await.contains("charlie"));

    browser.fill("key", "nobody").await;
    browser.click("look-up-key").await;
    browser.wait_until("document.getElementById('said').textContent.includes('not in')").await;
    wait_for_look_up(&browser, "Not found").await;

    browser.fill("key", "charlie").await;
    browser.click("remove").await;
    browser.wait_for_field("count", "0").await;
    compare(&program, &browser).await;
    browser.close().await;
}

#[tokio::test]
async fn a_look_up_is_followed_into_an_overflow_bucket() {
    let program = Program::start(&[]);
    let browser = open(&program, Screen::Desk).await;
    browser.fill("random-count", "208").await;
    // 32 full buckets: chance leaves all of them without overflow once in a thousand times.
    let mut overflown = None;
    while overflown.is_none() {
        browser.click("new-map").await;
        browser.wait_for_field("count", "0").await;
        browser.click("random").await;
        browser.wait_for_field("count", "208").await;
        let view = &program.get(&format!("/api/maps/{}", browser.map_id().await))["view"];
        let mut keys = view["chains"].as_array().unwrap().iter().filter_map(|chain| {
            let entry = &chain["buckets"].get(1)?["entries"][0];
            Some(entry[0].as_str()?.to_owned())
        });
        overflown = keys.next_back();
    }
    compare(&program, &browser).await;
    let key = overflown.unwrap();
    browser.fill("key", &key).await;
    browser.click("look-up-key").await;
    // What was shown while the key was typed has ended too, until this one begins.
    browser.wait_until("document.getElementById('said').textContent.includes('is in')").await;
    wait_for_look_up(&browser, "so the chain is followed").await;
    assert_eq!(browser.text("[data-bucket='1'] [data-mark=equal] .key").await, key);
    browser.close().await;
}

#[tokio::test]
async fn a_growth_is_stepped_with_the_keyboard_and_run_with_a_button() {
    let program = Program::start(&[]);
    let browser = open(&program, Screen::Desk).await;
    browser.fill("random-count", "417").await;
    browser.click("random").await;
    browser.wait_for_field("nevacuate", "0 of 64").await;
    browser.click("grow-one").await;
    browser.wait_for_field("nevacuate", "1 of 64").await;
    let body = browser.client.active_element().await.unwrap();
    body.send_keys("g").await.unwrap();
    browser.wait_for_field("nevacuate", "2 of 64").await;
    compare(&program, &browser).await;
    browser.click("grow-all").await;
    browser.wait_for_field("buckets", "128").await;
    compare(&program, &browser).await;
    browser.click("thin").await;
    browser.wait_until("document.getElementById('said').textContent.includes('are left')").await;
    browser.click("shrink-all").await;
    browser.wait_until("document.getElementById('said').textContent.includes('as few')").await;
    compare(&program, &browser).await;
    browser.close().await;
}

#[tokio::test]
async fn a_bucket_of_a_large_map_is_chosen_with_the_arrow_keys() {
    let program = Program::start(&[]);
    let browser = open(&program, Screen::Desk).await;
    browser.fill("random-count", "50000").await;
    browser.click("random").await;
    browser.wait_for_field("count", "50,000").await;
    browser.fill("go-to", "77\n").await;
    browser.wait_until("document.querySelector('.chain').dataset.chain === '77'").await;
    let focus = "document.querySelector('#overview canvas').focus()";
    browser.client.execute(focus, Vec::new()).await.unwrap();
    let canvas = browser.client.active_element().await.unwrap();
    canvas.send_keys("\u{e014}").await.unwrap(); // the right arrow
    browser.wait_until("document.querySelector('.chain').dataset.chain === '78'").await;
    compare(&program, &browser).await;
    browser.close().await;
}

#[tokio::test]
async fn a_file_begins_with_its_keys_and_says_what_it_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("names.txt");
    let long = "x".repeat(500);
    std::fs::write(&path, format!("alice\nbob\nalice\n{long}\n")).unwrap();
    let program = Program::start(&[path.to_str().unwrap()]);
    let browser = open(&program, Screen::Desk).await;
    browser.wait_for_field("count", "2").await;
    let note = browser.text("#file-note").await;
    assert!(note.contains("names.txt: 4 lines, 2 keys") && note.contains("1 line"), "{note}");
    compare(&program, &browser).await;
    next_step(&browser, 0).await;
    browser.wait_for_field("count", "0").await;
    browser.click("from-file").await;
    browser.wait_for_field("count", "2").await;
    browser.close().await;
}

#[tokio::test]
async fn a_tab_whose_map_was_evicted_is_told_and_starts_anew() {
    let program = Program::start(&[]);
    let browser = open(&program, Screen::Desk).await;
    let first = browser.map_id().await;
    for _ in 0..100 {
        assert!(program.post("/api/maps", &json!({}))["id"].is_string());
    }
    browser.click("tour-next").await;
    browser.wait_until("!document.getElementById('gone').hidden").await;
    assert!(browser.text("#gone-text").await.contains("gone"));
    browser.click("start-anew").await;
    browser.wait_until("document.getElementById('gone').hidden").await;
    assert_ne!(browser.map_id().await, first);
    browser.fill("key", "alice").await;
    browser.click("insert").await;
    browser.wait_for_field("count", "1").await;
    // The refused request stands in the console, as any does: the other tests would see one.
    assert!(!browser.console().await.is_empty());
    browser.end().await;
}

#[tokio::test]
async fn the_race_ends_with_its_percentiles() {
    let program = Program::start(&[]);
    let browser = open(&program, Screen::Desk).await;
    browser.click("show-race").await;
    browser.value("document.getElementById('race-keys').value = '10000'").await;
    browser.click("race-start").await;
    browser.wait_until("document.querySelectorAll('.summary tbody tr').length === 6").await;
    for map in ["tophash", "std"] {
        let slowest = browser.text(&format!("[data-cell={map}-worst_ns]")).await;
        assert!(slowest.ends_with('s'), "{slowest}");
    }
    browser.click("race-start").await;
    browser.click("race-stop").await;
    browser.wait_until("document.getElementById('race-start').hidden === false").await;
    browser.close().await;
}

#[tokio::test]
async fn a_phone_shows_everything_without_scrolling_sideways() {
    let program = Program::start(&[]);
    let browser = open(&program, Screen::Phone).await;
    let fits = "document.documentElement.scrollWidth <= window.innerWidth";
    assert_eq!(browser.value("window.innerWidth").await, 390);
    for step in 1..STEP_COUNT {
        next_step(&browser, step).await;
        assert_eq!(browser.value(fits).await, true, "step {step}");
    }
    browser.click("show-race").await;
    assert_eq!(browser.value(fits).await, true);
    browser.close().await;
}

#[tokio::test]
async fn every_button_is_reached_with_the_tab_key_and_shows_that_it_is() {
    let program = Program::start(&[]);
    let browser = open(&program, Screen::Desk).await;
    browser.fill("random-count", "417").await;
    browser.click("random").await;
    browser.wait_for_field("nevacuate", "0 of 64").await;
    let reachable = "[...document.querySelectorAll('button, input, select, canvas')]
        .filter((element) => !element.disabled && element.checkVisibility()).length";
    let expected = browser.value(reachable).await;
    let note = "(() => {
        const element = document.activeElement;
        window.seen ??= new Set();
        if (!element.matches('button, input, select, canvas')) return true;
        window.seen.add(element);
        return getComputedStyle(element).outlineStyle !== 'none';
    })()";
    for _ in 0..expected.as_u64().unwrap() + 10 {
        let element = browser.client.active_element().await.unwrap();
        element.send_keys("\u{e004}").await.unwrap(); // Tab
        assert_eq!(browser.value(note).await, true, "the focus can be seen");
    }
    assert_eq!(browser.value("window.seen.size").await, expected);
    browser.close().await;
}
