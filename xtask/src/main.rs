//! The one front door for chores.
fn main() {}
