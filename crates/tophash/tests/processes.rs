//! Seeds differ from process to process (P8): this test runs itself again.

use std::collections::HashSet;
use std::process::Command;

use tophash::HashMap;

/// Set in the processes that only print.
const CHILD: &str = "TOPHASH_TEST_PRINTS_ITS_ORDER";

#[test]
fn orders_differ_from_process_to_process() {
    if std::env::var_os(CHILD).is_some() {
        // The first map of the process, so that nothing but the process's own key decides.
        let map: HashMap<u64, ()> = (0..100).map(|n| (n, ())).collect();
        println!("order: {:?}", map.keys().collect::<Vec<_>>());
        return;
    }
    let orders: HashSet<String> = (0..4)
        .map(|_| {
            let output = Command::new(std::env::current_exe().expect("this test's program"))
                .args(["--exact", "orders_differ_from_process_to_process", "--nocapture"])
                .env(CHILD, "1")
                .output()
                .expect("the program runs again");
            let text = String::from_utf8(output.stdout).expect("numbers are text");
            let line = text.lines().find(|line| line.contains("order: ["));
            line.expect("the child prints its order").to_owned()
        })
        .collect();
    assert_eq!(orders.len(), 4, "{orders:?}");
}
