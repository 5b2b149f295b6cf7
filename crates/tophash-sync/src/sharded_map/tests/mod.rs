//! What a map in shards promises.

mod bounds;
mod floods;
mod panics;
mod races;
mod scanning;
mod single;
