//! Colors of what is printed. Streams drop them where they are not wanted: see `--color`.

use std::fmt::{self, Display, Formatter};

use clap::builder::styling::{AnsiColor, Style};

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();
pub(crate) const BAR: Style = AnsiColor::Cyan.on_default();

/// A text in a style.
pub(crate) struct Painted<'a> {
    style: Style,
    text: &'a str,
}

pub(crate) fn paint(style: Style, text: &str) -> Painted<'_> {
    Painted { style, text }
}

impl Display for Painted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { style, text } = self;
        if text.is_empty() { Ok(()) } else { write!(f, "{style}{text}{style:#}") }
    }
}
