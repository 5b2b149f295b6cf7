//! The manual page and the completions, both made from the command line's own description.

use std::io::{self, Write};

use clap::CommandFactory;
use clap_complete::aot;

use crate::arguments::Arguments;
use crate::failure::Failure;

const EXAMPLE: &str = "\
For example:
  tophash completions bash > ~/.local/share/bash-completion/completions/tophash";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Shell {
    /// The shell.
    #[arg(value_enum, value_name = "SHELL")]
    shell: aot::Shell,
}

pub(crate) fn completions(shell: &Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    aot::generate(shell.shell, &mut Arguments::command(), "tophash", &mut script);
    print(&script)
}

/// One page for all commands: the program's own, and a section of options for each.
pub(crate) fn page() -> Result<(), Failure> {
    let mut page = Vec::new();
    render(&mut page).map_err(|error| Failure::of_output(&error))?;
    print(&page)
}

fn render(page: &mut Vec<u8>) -> io::Result<()> {
    // Without the help for each command of `help` itself.
    let mut program = Arguments::command().disable_help_subcommand(true);
    program.build();
    let whole = clap_mangen::Man::new(program.clone());
    whole.render_title(page)?;
    whole.render_name_section(page)?;
    whole.render_synopsis_section(page)?;
    whole.render_options_section(page)?;
    // The commands have sections of their own, not pages.
    for command in program.get_subcommands() {
        let name = format!("tophash {}", command.get_name());
        let section = clap_mangen::Man::new(command.clone());
        writeln!(page, ".SH \"{}\"", name.to_uppercase())?;
        section.render_description_section(page)?;
        section.render_synopsis_section(page)?;
        section.render_options_section(page)?;
        if command.get_after_help().is_some() {
            section.render_extra_section(page)?;
        }
    }
    whole.render_extra_section(page)?;
    Ok(())
}

fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    let printed = stdout.write_all(bytes).and_then(|()| stdout.flush());
    printed.map_err(|error| Failure::of_output(&error))
}
