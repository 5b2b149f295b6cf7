//! The program as a person calls it: by its command line, and by what it prints.

mod bad_input;
mod common;
mod inspect;
mod plan_and_race;
