//! `tophash plan`.

use crate::failure::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct Options {}

pub(crate) fn run(_options: &Options) -> Result<(), Failure> {
    Err(Failure::new("not built yet", "wait"))
}
