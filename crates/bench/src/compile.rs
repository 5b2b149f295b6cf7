//! What it costs to compile a program that has maps of fifty types, and how large it becomes.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::record::Compile;

/// Types of maps in the program.
const TYPES: usize = 50;

/// Compiles the program with either map in turn, `pairs` times. Needs crates in cargo's cache or a
/// registry.
///
/// # Errors
///
/// If a folder cannot be written or cargo refuses.
pub fn measure(pairs: usize) -> Result<Compile, String> {
    let folder = std::env::temp_dir().join(format!("tophash-compile-{}", std::process::id()));
    let tophash = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tophash");
    let ours = folder.join("ours");
    let theirs = folder.join("theirs");
    write_program(&ours, "tophash", &format!("{{ path = {:?} }}", tophash.display().to_string()))?;
    write_program(&theirs, "hashbrown", "\"0.17\"")?;
    let (mut our_seconds, mut their_seconds) = (Vec::new(), Vec::new());
    for _ in 0..pairs.max(1) {
        our_seconds.push(build(&ours)?);
        their_seconds.push(build(&theirs)?);
    }
    let result = Compile {
        ours_seconds: median(our_seconds),
        theirs_seconds: median(their_seconds),
        ours_bytes: text_bytes(&ours)?,
        theirs_bytes: text_bytes(&theirs)?,
        pairs,
    };
    fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    Ok(result)
}

/// A program that inserts, looks up, changes, removes and iterates in maps of fifty types.
fn write_program(folder: &Path, map: &str, dependency: &str) -> Result<(), String> {
    let at = |error: std::io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(folder.join("src")).map_err(at)?;
    let manifest = format!(
        "[package]\nname = \"program\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\n{map} = {dependency}\n\n[workspace]\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).map_err(at)?;
    let mut source = format!("use {map}::HashMap;\n\n");
    let mut main = String::from("fn main() {\n    let n = std::env::args().count() as u32;\n");
    for index in 0..TYPES {
        let key = ["u32", "u64", "String", "(u32, u64)", "[u8; 16]"][index % 5];
        let make = ["n", "u64::from(n)", "n.to_string()", "(n, 1)", "[n as u8; 16]"][index % 5];
        let _ = write!(
            source,
            "#[derive(Clone, PartialEq, Eq, Hash)]\nstruct K{index}({key});\n\
             struct V{index}([u32; {size}]);\n\
             fn work{index}(n: u32) -> usize {{\n\
             let key = |n: u32| K{index}({make});\n\
             let mut map = HashMap::new();\n\
             for n in 0..n {{ map.insert(key(n), V{index}([n; {size}])); }}\n\
             map.entry(key(n)).or_insert(V{index}([n; {size}])).0[0] += 1;\n\
             map.remove(&key(1));\n\
             if let Some(value) = map.get_mut(&key(2)) {{ value.0[0] = 7; }}\n\
             map.retain(|_, value| value.0[0] != 3);\n\
             map.values().map(|value| value.0[0] as usize).sum::<usize>()\n\
             + usize::from(map.contains_key(&key(4)))\n}}\n\n",
            size = 1 + index / 5,
        );
        let _ = writeln!(main, "    println!(\"{{}}\", work{index}(n));");
    }
    fs::write(folder.join("src/main.rs"), source + &main + "}\n").map_err(at)
}

/// Compiles the program alone, its dependencies being there, and returns the seconds.
fn build(folder: &Path) -> Result<f64, String> {
    let cargo = |arguments: &[&str]| {
        let output = Command::new("cargo")
            .args(arguments)
            .current_dir(folder)
            .env("CARGO_TARGET_DIR", folder.join("target"))
            .output()
            .map_err(|error| error.to_string())?;
        if output.status.success() {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    };
    cargo(&["build", "--release"])?;
    cargo(&["clean", "--release", "--package", "program"])?;
    let begin = Instant::now();
    cargo(&["build", "--release"])?;
    Ok(begin.elapsed().as_secs_f64())
}

/// The size of the program's code, as binutils' `size` tells it.
fn text_bytes(folder: &Path) -> Result<u64, String> {
    let output = Command::new("size")
        .args(["--format=sysv", "target/release/program"])
        .current_dir(folder)
        .output()
        .map_err(|error| format!("`size` cannot be run ({error}); install binutils"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find_map(|line| line.strip_prefix(".text"));
    let bytes = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    bytes.ok_or_else(|| format!("`size` said:\n{text}"))
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
