//! The one front door for chores: `cargo xtask --help` names them.

#![forbid(unsafe_code)]

mod bench;
mod check;
mod feature_sets;
mod fuzz;
mod long_runs;
mod mutants;
mod targets;
mod tidy;
mod upstream;

use check::Step;
use clap::{Parser, Subcommand};
use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

/// The chores of this workspace.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Runs what CI runs, and stops at the first step that fails.
    Check {
        /// The steps to run, in this order; all of them if none is named.
        steps: Vec<Step>,
        /// Steps to leave out.
        #[arg(long, visible_alias = "skip", value_name = "STEP")]
        except: Vec<Step>,
        /// Also the steps that take long, which the gate leaves out.
        #[arg(long)]
        deep: bool,
        /// Only prints each step's command.
        #[arg(long)]
        list: bool,
    },
    /// Holds the tree against the rules of the house that no compiler knows.
    Tidy,
    /// Builds the map with each set of its features.
    FeatureSets,
    /// Fuzzes the map, the set and Go's map.
    Fuzz(fuzz::Options),
    /// Loads a large map for so many minutes, and looks for what is wrong.
    Soak(long_runs::SoakOptions),
    /// Changes the table's code in every small way, to see that a test fails each time.
    Mutants(long_runs::MutantsOptions),
    /// Runs a reduced set of the map's tests under Miri.
    Miri,
    /// Runs the tests of the maps between threads under `ThreadSanitizer`.
    Tsan,
    /// Runs a program of tests up to its first failure: for `mutants`.
    #[command(hide = true)]
    UntilFailure(long_runs::UntilFailureOptions),
    /// Measures the map beside its rivals.
    Bench(bench::Options),
    /// Runs the tests of hashbrown against the map, with the import changed.
    Upstream,
}

fn main() -> ExitCode {
    let succeeded = match Arguments::parse().chore {
        Chore::Check { steps, except, deep, list } => {
            let steps = check::choose(&steps, &except, deep);
            if list {
                check::list(&steps);
                true
            } else {
                check::run(&steps)
            }
        }
        Chore::Tidy => tidy::run(),
        Chore::FeatureSets => feature_sets::run(),
        Chore::Fuzz(options) => fuzz::run(&options),
        Chore::Soak(options) => long_runs::soak(&options),
        Chore::Mutants(options) => long_runs::mutants(&options),
        Chore::Miri => long_runs::miri(),
        Chore::Tsan => long_runs::tsan(),
        Chore::UntilFailure(options) => long_runs::until_failure(&options),
        Chore::Bench(options) => bench::run(&options),
        Chore::Upstream => upstream::run(),
    };
    if succeeded { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The workspace's root, where every command runs.
fn root() -> PathBuf {
    let package = env::var_os("CARGO_MANIFEST_DIR").expect("`cargo run` and `cargo test` set it");
    let package = PathBuf::from(package);
    package.parent().expect("xtask lies in the workspace's root").to_owned()
}
