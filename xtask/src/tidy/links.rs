//! Every relative link of a Markdown file leads to a file or folder of the tree.

use super::{Finding, Tree};

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| file.has_extension("md")) {
        let mut is_fenced = false;
        for (number, line) in file.numbered_lines() {
            if line.trim_start().starts_with("```") {
                is_fenced = !is_fenced;
            } else if !is_fenced {
                for target in targets(&without_code(line)) {
                    let leads_somewhere =
                        resolve(&file.path, &target).is_some_and(|path| tree.has(&path));
                    if !leads_somewhere {
                        let message = format!("links to `{target}`, which is not there");
                        findings.push(Finding::new(file, number, message));
                    }
                }
            }
        }
    }
    findings
}

/// The line with what stands in backticks left out.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect()
}

/// The relative targets of a line's links, without their anchors.
fn targets(line: &str) -> Vec<String> {
    let inline = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let is_definition = line.starts_with('[') && !line.starts_with("[^");
    let defined = line.split_once("]: ").filter(|_| is_definition).map(|(_, target)| target);
    inline
        .chain(defined)
        // A title may follow the target.
        .filter_map(|target| target.split_whitespace().next())
        .map(|target| target.trim_matches(['<', '>']))
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        .filter_map(|target| target.split('#').next())
        .filter(|target| !target.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The target's path from the root, or `None` when it leads out of the tree.
fn resolve(from: &str, target: &str) -> Option<String> {
    let mut folders: Vec<&str> = from.split('/').collect();
    folders.pop();
    for piece in target.split('/') {
        match piece {
            "" | "." => {}
            ".." => {
                folders.pop()?;
            }
            _ => folders.push(piece),
        }
    }
    Some(folders.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{Tree, check};

    fn count(text: &str) -> usize {
        check(&Tree::of(&[("docs/a.md", text), ("docs/b.md", ""), ("README.md", "")])).len()
    }

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        for text in [
            "[b](c.md)",
            "[b](b.md) and [c](c.md)",
            "[b](../docs/c.md#part)",
            "![b](b.png \"title\")",
            "[b](../../docs/b.md)",
            "[b]: c.md",
        ] {
            assert_eq!(count(text), 1, "{text}");
        }
    }

    #[test]
    fn a_link_that_leads_somewhere_or_out_is_left_alone() {
        for text in [
            "[b](b.md), [r](../README.md#part), [d](../docs/), [e](./b.md \"title\")",
            "[x](https://example.org/c.md), [y](mailto:a@example.org), [z](#part)",
            "`[b](c.md)` and `a[0](c)`",
            "```text\n[b](c.md)\n```",
            "[b]: <b.md>",
            "[^1]: a note",
        ] {
            assert_eq!(count(text), 0, "{text}");
        }
    }
}
