//! What the interners promise.

mod bounded;
mod plain;
mod races;
mod weak;
