//! Puts many mutants into one source file, each behind a switch, so that one build has them all.
//!
//! `a < b` becomes `(if crate::mutant::chosen(7) { a <= b } else { a < b })`, and a function whose
//! result is replaced begins with `if crate::mutant::chosen(8) { return true; }`.

use super::Mutant;
use std::ops::Range;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// A place in the source where mutants are put.
struct Site {
    /// What is replaced; for what is only added, an empty range.
    range: Range<usize>,
    /// The mutants' numbers, and the text of each.
    alternatives: Vec<(usize, String)>,
}

/// A source file with its mutants, and where in it each of them lies.
pub(super) struct Switched {
    pub(super) text: String,
    pub(super) places: Vec<(Range<usize>, usize)>,
}

impl Switched {
    /// The mutant to which these bytes belong.
    pub(super) fn mutant_at(&self, bytes: &Range<usize>) -> Option<usize> {
        let covers = |place: &&(Range<usize>, usize)| {
            place.0.start <= bytes.start && bytes.end <= place.0.end
        };
        let places = self.places.iter().filter(covers);
        places.min_by_key(|(range, _)| range.len()).map(|place| place.1)
    }

    /// The last mutant before these bytes.
    pub(super) fn mutant_before(&self, bytes: &Range<usize>) -> Option<usize> {
        let before = self.places.iter().filter(|place| place.0.end <= bytes.start);
        before.max_by_key(|(range, _)| range.end).map(|place| place.1)
    }
}

/// Puts the mutants of a file into its source. Those of which it is not known how are left out.
pub(super) fn switch(source: &str, mutants: &[(usize, &Mutant)]) -> Switched {
    let file = syn::parse_file(source).expect("it compiles");
    let lines = line_starts(source);
    let mut expressions = Expressions { lines: &lines, source, found: Vec::new() };
    expressions.visit_file(&file);
    let mut sites: Vec<Site> = Vec::new();
    for &(number, mutant) in mutants {
        let change = lines.range(mutant.start, mutant.end);
        let Some((range, text)) = alternative(source, &expressions.found, mutant, &change) else {
            continue;
        };
        match sites.iter_mut().find(|site| site.range == range && !range.is_empty()) {
            Some(site) => site.alternatives.push((number, text)),
            None => sites.push(Site { range, alternatives: vec![(number, text)] }),
        }
    }
    // What is added comes before what begins at the same place, the larger before the smaller.
    sites.sort_by_key(|site| {
        (site.range.start, !site.range.is_empty(), usize::MAX - site.range.end)
    });
    let mut switched = Switched { text: String::new(), places: Vec::new() };
    write(source, 0..source.len(), &sites, &mut switched);
    switched
}

/// What a mutant replaces, and by what.
fn alternative(
    source: &str,
    expressions: &[(Range<usize>, Range<usize>)],
    mutant: &Mutant,
    change: &Range<usize>,
) -> Option<(Range<usize>, String)> {
    match mutant.genre.as_str() {
        "FnValue" => Some((change.start..change.start, format!("return {};", mutant.replacement))),
        "BinaryOperator" | "UnaryOperator" => {
            let (whole, operator) = expressions.iter().find(|(_, operator)| operator == change)?;
            let before = &source[whole.start..operator.start];
            let after = &source[operator.end..whole.end];
            Some((whole.clone(), format!("{before}{}{after}", mutant.replacement)))
        }
        _ => None,
    }
}

/// Writes a part of the source with the sites in it; gives how many sites that were.
fn write(source: &str, part: Range<usize>, sites: &[Site], switched: &mut Switched) -> usize {
    let (mut at, mut used) = (part.start, 0);
    while let Some(site) = sites.get(used).filter(|site| site.range.end <= part.end) {
        switched.text.push_str(&source[at..site.range.start]);
        at = site.range.end;
        used += 1;
        let is_added = site.range.is_empty();
        if !is_added {
            switched.text.push('(');
        }
        for (number, text) in &site.alternatives {
            let begin = switched.text.len();
            let change = format!("if crate::mutant::chosen({number}) {{ {text} }} ");
            switched.text.push_str(&change);
            switched.places.push((begin..switched.text.len(), *number));
            if !is_added {
                switched.text.push_str("else ");
            }
        }
        if !is_added {
            switched.text.push_str("{ ");
            used += write(source, site.range.clone(), &sites[used..], switched);
            switched.text.push_str(" })");
        }
    }
    switched.text.push_str(&source[at..part.end]);
    used
}

/// Where each line begins.
struct Lines(Vec<usize>);

fn line_starts(source: &str) -> Lines {
    let after_ends = source.match_indices('\n').map(|(end, _)| end + 1);
    Lines(std::iter::once(0).chain(after_ends).collect())
}

impl Lines {
    /// The bytes between two places, each a line and a column from 1 on. Sources are ASCII, but for
    /// comments.
    fn range(&self, start: (usize, usize), end: (usize, usize)) -> Range<usize> {
        let byte = |(line, column): (usize, usize)| self.0[line - 1] + column - 1;
        byte(start)..byte(end)
    }
}

/// All expressions with an operator, and where the operator is.
struct Expressions<'a> {
    lines: &'a Lines,
    source: &'a str,
    found: Vec<(Range<usize>, Range<usize>)>,
}

impl Expressions<'_> {
    fn note(&mut self, whole: &impl Spanned, operator: &impl Spanned) {
        let range = |span: proc_macro2::Span| {
            let (start, end) = (span.start(), span.end());
            self.lines.range((start.line, start.column + 1), (end.line, end.column + 1))
        };
        let (whole, operator) = (range(whole.span()), range(operator.span()));
        debug_assert!(self.source.is_char_boundary(whole.start));
        self.found.push((whole, operator));
    }
}

impl<'ast> Visit<'ast> for Expressions<'_> {
    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        self.note(binary, &binary.op);
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_unary(&mut self, unary: &'ast syn::ExprUnary) {
        self.note(unary, &unary.op);
        visit::visit_expr_unary(self, unary);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Mutant;
    use super::switch;

    fn mutant(genre: &str, replacement: &str, start: usize, end: usize) -> Mutant {
        Mutant {
            file: "one.rs".to_owned(),
            name: String::new(),
            genre: genre.to_owned(),
            replacement: replacement.to_owned(),
            start: (1, start),
            end: (1, end),
        }
    }

    #[test]
    fn operators_and_results_are_switched_where_they_are() {
        let source = "fn f(a: u8) -> bool { a + 1 < 2 }";
        let mutants = [
            mutant("FnValue", "true", 23, 32),
            mutant("BinaryOperator", "-", 25, 26),
            mutant("BinaryOperator", ">", 29, 30),
        ];
        let numbered: Vec<_> = mutants.iter().enumerate().collect();
        let switched = switch(source, &numbered);
        assert_eq!(
            switched.text,
            "fn f(a: u8) -> bool { if crate::mutant::chosen(0) { return true; } \
             (if crate::mutant::chosen(2) { a + 1 > 2 } else { \
             (if crate::mutant::chosen(1) { a - 1 } else { a + 1 }) < 2 }) }"
        );
        let place = switched.text.find("a - 1").expect("it is there");
        assert_eq!(switched.mutant_at(&(place..place + 5)), Some(1));
        assert_eq!(switched.mutant_at(&(0..2)), None);
    }
}
