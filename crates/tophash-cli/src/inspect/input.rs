//! Where records come from: files and standard input, decompressed if they are compressed.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use flate2::bufread::MultiGzDecoder;
use indicatif::{ProgressBar, ProgressStyle};

use super::zstd::Frames;

const BUFFER_BYTES: usize = 64 << 10;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// The magic numbers of Zstandard's frames that are to be skipped, with which a file may begin:
/// 0x184d2a50 to 0x184d2a5f, the lowest byte first.
const ZSTD_SKIPPED_MAGIC: (std::ops::RangeInclusive<u8>, [u8; 3]) =
    (0x50..=0x5f, [0x2a, 0x4d, 0x18]);

/// One input, by the name that the person gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Stdin,
    File(PathBuf),
}

/// An opened input.
pub(super) struct Input {
    pub(super) reader: Box<dyn BufRead>,
    pub(super) encoding: Encoding,
}

/// How an input is compressed, if it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Plain,
    Gzip,
    Zstd,
}

impl Source {
    /// The inputs that the command line names; none are standard input.
    pub(super) fn all(files: &[PathBuf]) -> Vec<Self> {
        if files.is_empty() {
            return vec![Self::Stdin];
        }
        let is_stdin = |path: &Path| path.as_os_str() == "-";
        let source = |path: &PathBuf| {
            if is_stdin(path) { Self::Stdin } else { Self::File(path.clone()) }
        };
        files.iter().map(source).collect()
    }

    /// Its name, safe to print.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Stdin => "standard input".to_owned(),
            Self::File(path) => crate::shown::shown_path(path),
        }
    }

    /// Its size, where it has one.
    fn bytes(&self) -> Option<u64> {
        let Self::File(path) = self else { return None };
        path.metadata().ok().filter(std::fs::Metadata::is_file).map(|metadata| metadata.len())
    }

    /// Opens it; what is read moves the bar.
    pub(super) fn open(&self, bar: &ProgressBar) -> io::Result<Input> {
        let plain: Box<dyn Read> = match self {
            Self::Stdin => {
                if io::stdin().is_terminal() {
                    bar.suspend(|| eprintln!("tophash: reads what you type; end with Ctrl-D"));
                }
                Box::new(io::stdin())
            }
            Self::File(path) => Box::new(File::open(path)?),
        };
        Input::of(Box::new(bar.wrap_read(plain)))
    }
}

impl Input {
    fn of(mut plain: Box<dyn Read>) -> io::Result<Self> {
        // A pipe may give its first bytes one by one.
        let mut head = Vec::with_capacity(ZSTD_MAGIC.len());
        plain.by_ref().take(ZSTD_MAGIC.len() as u64).read_to_end(&mut head)?;
        let encoding = if head.starts_with(&GZIP_MAGIC) {
            Encoding::Gzip
        } else if is_zstd(&head) {
            Encoding::Zstd
        } else {
            Encoding::Plain
        };
        let whole = BufReader::with_capacity(BUFFER_BYTES, Cursor::new(head).chain(plain));
        let reader: Box<dyn BufRead> = match encoding {
            Encoding::Plain => Box::new(whole),
            Encoding::Gzip => {
                Box::new(BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(whole)))
            }
            Encoding::Zstd => Box::new(BufReader::with_capacity(BUFFER_BYTES, Frames::new(whole))),
        };
        Ok(Self { reader, encoding })
    }
}

fn is_zstd(head: &[u8]) -> bool {
    let (lowest, rest) = ZSTD_SKIPPED_MAGIC;
    let is_skipped =
        head.split_first().is_some_and(|(first, others)| lowest.contains(first) && others == rest);
    is_skipped || head == ZSTD_MAGIC
}

impl Encoding {
    /// What to do about an input that breaks off.
    pub(super) fn next_step(self, error: &io::Error) -> &'static str {
        match self {
            Self::Gzip => {
                "The gzip data is damaged or cut off: `gzip -t` says so too. Fetch it anew."
            }
            Self::Zstd => {
                "The zstd data is damaged or cut off: `zstd -t` says so too. Fetch it anew."
            }
            Self::Plain => next_step(error),
        }
    }
}

/// What to do about an input that cannot be read.
pub(super) fn next_step(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "Check the name, and the folder that you are in.",
        io::ErrorKind::PermissionDenied => "Ask its owner for leave to read it.",
        io::ErrorKind::IsADirectory => "Name the files in it, as in `FOLDER/*.log`.",
        _ => "Check the disk or the network that it lies on, and try again.",
    }
}

/// The bar of bytes read, which shows itself on a terminal only.
pub(super) fn progress(sources: &[Source]) -> ProgressBar {
    // Unless all have a size there is no end to show.
    let total: Option<u64> = sources.iter().map(Source::bytes).sum();
    let bar = match total {
        Some(total) => ProgressBar::new(total).with_style(style(
            "{bar:30} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left  {msg}",
        )),
        None => ProgressBar::new_spinner()
            .with_style(style("{spinner} {bytes}  {bytes_per_sec}  {elapsed}  {msg}")),
    };
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the template is a constant that is tested")
}

#[cfg(test)]
mod tests {
    use super::{Encoding, Input, Source, progress};
    use std::io::{Read, Write};
    use std::path::PathBuf;

    /// Gives one byte at a time, as a slow pipe does.
    struct Slow(std::io::Cursor<Vec<u8>>);

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let length = buffer.len().min(1);
            self.0.read(&mut buffer[..length])
        }
    }

    #[track_caller]
    fn reads(bytes: Vec<u8>, encoding: Encoding, expected: &str) {
        let mut input = Input::of(Box::new(Slow(std::io::Cursor::new(bytes)))).unwrap();
        let mut text = String::new();
        input.reader.read_to_string(&mut text).unwrap();
        assert_eq!((input.encoding, text.as_str()), (encoding, expected));
    }

    fn gzip(text: &str) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(text: &str) -> Vec<u8> {
        use ruzstd::encoding::{CompressionLevel, compress_to_vec};
        compress_to_vec(text.as_bytes(), CompressionLevel::Fastest)
    }

    #[test]
    fn compression_is_known_by_the_first_bytes() {
        for text in ["", "a", "ab", "abc", "abcd", "abcde"] {
            reads(text.into(), Encoding::Plain, text);
            reads(gzip(text), Encoding::Gzip, text);
            reads(zstd(text), Encoding::Zstd, text);
        }
    }

    #[test]
    fn a_zstd_file_may_begin_with_a_frame_to_be_skipped() {
        for lowest in [0x50, 0x57, 0x5f] {
            let skipped = [&[lowest, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"any"].concat();
            reads([skipped, zstd("one\n")].concat(), Encoding::Zstd, "one\n");
        }
        for text in ["\u{4f}*M\u{18}", "\u{60}*M\u{18}", "P*M"] {
            reads(text.into(), Encoding::Plain, text);
        }
    }

    #[test]
    fn all_members_of_a_gzip_file_are_read() {
        let joined = [gzip("one\n"), gzip("two\n")].concat();
        reads(joined, Encoding::Gzip, "one\ntwo\n");
    }

    #[test]
    fn the_templates_of_the_bars_are_right() {
        progress(&[Source::Stdin]).finish();
        progress(&Source::all(&[PathBuf::from("Cargo.toml")])).finish();
    }

    #[test]
    fn a_dash_and_nothing_are_standard_input() {
        assert_eq!(Source::all(&[]), [Source::Stdin]);
        let paths = [PathBuf::from("a"), PathBuf::from("-")];
        assert_eq!(Source::all(&paths), [Source::File("a".into()), Source::Stdin]);
    }
}
