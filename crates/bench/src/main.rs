//! `cargo xtask bench`: runs cells and prints them.
fn main() {
    for cell in bench::matrix::quick() {
        let c = cell.measure(bench::pairs::Effort::quick());
        println!(
            "{cell:60} {:.2} [{:.2} {:.2}] {} {:.1} {:.1}",
            c.ratio, c.low, c.high, c.pairs, c.ours_ns, c.theirs_ns
        );
    }
}
