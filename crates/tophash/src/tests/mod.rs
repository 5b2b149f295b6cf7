//! Tests of what the maps promise, beside a model and with hostile users.

mod bounds;
mod drop_check;
mod flood;
mod growth;
mod lies;
mod model;
mod panics;
mod scanning;
mod shrinking;
mod walking;
