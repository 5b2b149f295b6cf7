//! Zstandard files: all frames of one, decompressed one after another.

use std::io::{self, BufRead, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// The decompressed bytes of all frames in a file. Frames that are to be skipped are.
pub(super) struct Frames<R: BufRead> {
    file: R,
    decoder: FrameDecoder,
    /// Whether the decoder is within a frame.
    is_within: bool,
}

impl<R: BufRead> Frames<R> {
    /// The frames of `file`, which is at the beginning of one.
    pub(super) fn new(file: R) -> Self {
        Self { file, decoder: FrameDecoder::new(), is_within: false }
    }

    /// Begins the next frame; false at the end of the file.
    fn begin_frame(&mut self) -> io::Result<bool> {
        while !self.file.fill_buf()?.is_empty() {
            let length = match self.decoder.init(&mut self.file) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => u64::from(length),
                Err(error) => return Err(io::Error::other(error)),
            };
            let skipped = io::copy(&mut self.file.by_ref().take(length), &mut io::sink())?;
            if skipped < length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(false)
    }

    /// Compares the checksum at the end of a frame, if it has one, with that of what was read.
    fn check_sum(&self) -> io::Result<()> {
        // The decoder computes both and leaves it to its user to compare them.
        let Some(expected) = self.decoder.get_checksum_from_data() else { return Ok(()) };
        if self.decoder.get_calculated_checksum() == Some(expected) {
            return Ok(());
        }
        Err(io::Error::new(io::ErrorKind::InvalidData, "a frame's checksum is wrong"))
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.is_within && !self.begin_frame()? {
                return Ok(0);
            }
            self.is_within = true;
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let strategy = BlockDecodingStrategy::UptoBytes(buffer.len());
                self.decoder.decode_blocks(&mut self.file, strategy).map_err(io::Error::other)?;
            }
            let count = self.decoder.read(buffer)?;
            if count > 0 {
                return Ok(count);
            }
            self.check_sum()?;
            self.is_within = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Frames;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};
    use std::io::Read;

    fn frame(text: &str) -> Vec<u8> {
        compress_to_vec(text.as_bytes(), CompressionLevel::Fastest)
    }

    fn read(bytes: &[u8]) -> std::io::Result<String> {
        let mut text = String::new();
        Frames::new(bytes).read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn all_frames_are_read_and_those_to_be_skipped_are_skipped() {
        // A frame to be skipped: its magic number, its length, its bytes.
        let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"any"].concat();
        let file = [frame("one\n"), skipped, frame(""), frame("two\n")].concat();
        assert_eq!(read(&file).unwrap(), "one\ntwo\n");
    }

    #[test]
    fn much_text_is_read_as_it_was() {
        let lines: Vec<String> = (0..200_000).map(|n| format!("line {n}")).collect();
        let text = lines.join("\n");
        assert!(read(&frame(&text)).unwrap() == text);
    }

    #[test]
    fn a_file_that_is_cut_off_or_no_zstd_is_an_error() {
        let file = frame("some text that is long enough to be cut");
        assert!(read(&file[..file.len() - 3]).is_err());
        assert!(read(b"text").is_err());
        let cut_in_skipped = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1];
        assert!(read(&cut_in_skipped).is_err());
    }

    #[test]
    fn a_frame_whose_bytes_do_not_match_its_checksum_is_an_error() {
        // What cannot be made shorter lies in the frame as it is, so that it can be changed there.
        let mut file = [frame("0123456789"), frame("more")].concat();
        assert_eq!(read(&file).unwrap(), "0123456789more");
        let place = file.windows(4).position(|bytes| bytes == b"3456").unwrap();
        file[place] ^= 1;
        let error = read(&file).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
        assert!(error.to_string().contains("checksum"), "{error}");
    }
}
