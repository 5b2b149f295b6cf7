//! The command line.

use clap::{Parser, Subcommand, ValueEnum};

use crate::failure::EXIT_CODES;
use crate::{explore, inspect, manual, plan, race};

/// See what a hash map does with your keys.
#[derive(Debug, Parser)]
#[command(name = "tophash", version, arg_required_else_help = true, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    /// Whether to use colors.
    #[arg(long, value_enum, global = true, default_value_t = Color::Auto)]
    pub(crate) color: Color,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read records, count their keys, and report what the map of them looks like.
    Inspect(Box<inspect::Options>),
    /// Serve a page on this machine on which to play with a live map.
    Explore(explore::Options),
    /// Say how much memory maps of a given size take.
    Plan(plan::Options),
    /// Measure the map beside std's, on this machine, now.
    Race(race::Options),
    /// Print a script that completes the commands in a shell.
    Completions(manual::Shell),
    /// Print the manual page, for `man -l -`.
    Man,
}

/// When to use colors.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    Always,
    Never,
}

impl Color {
    /// Makes the choice that of every stream.
    pub(crate) fn apply(self) {
        let choice = match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}
