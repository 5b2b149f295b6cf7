//! What a map in shards promises.

mod blocked;
mod bounds;
mod floods;
mod panics;
mod races;
mod scanning;
mod single;
