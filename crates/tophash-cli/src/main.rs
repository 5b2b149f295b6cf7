//! The program `tophash`: what a hash map does with your keys.
#![forbid(unsafe_code)]

mod arguments;
mod byte_order_mark;
mod explore;
mod failure;
mod figures;
mod inspect;
mod manual;
mod plan;
mod race;
mod rules;
mod shown;
mod style;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use failure::Failure;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    arguments.color.apply();
    let outcome = match arguments.command {
        Command::Inspect(options) => inspect::run(&options),
        Command::Explore(options) => explore::run(&options),
        Command::Plan(options) => plan::run(&options),
        Command::Race(options) => race::run(&options),
        Command::Completions(shell) => manual::completions(&shell),
        Command::Man => manual::page(),
    };
    outcome.map_or_else(Failure::report, |()| ExitCode::SUCCESS)
}
