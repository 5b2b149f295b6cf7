//! The plot of single insertions into shared maps: where the percentiles lie, and the worst.

use plotters::prelude::*;

use super::plots::{FAINT, INK, SIZE, legend, nanoseconds, text};
use crate::record::Record;
use crate::shared::Tail;

/// Keys and threads of the plot.
const SHOWN: (&str, usize) = ("u64", 1);

/// The percentiles of [`Tail::percentiles`] and the worst, from faint to strong; a color that the
/// color-blind see too.
const MARKS: [(&str, f64); 5] =
    [("p50", 0.4), ("p99", 0.55), ("p99.9", 0.7), ("p99.99", 0.85), ("worst", 1.0)];
const COLOR: RGBColor = RGBColor(0, 130, 200);
const WORST_COLOR: RGBColor = RGBColor(230, 110, 0);

/// The plot's file, in the folder of images.
pub(super) const FILE: &str = "shared-tails.svg";

/// The runs in the plot; none if the record has none.
pub(super) fn shown(record: &Record) -> Vec<&Tail> {
    let is_shown = |tail: &&Tail| (&*tail.keys, tail.threads) == SHOWN;
    record.shared_tails.iter().filter(is_shown).collect()
}

/// The plot; none if the record has no figures for it.
pub(super) fn draw(record: &Record) -> Result<Option<String>, String> {
    let all = shown(record);
    if all.is_empty() {
        return Ok(None);
    }
    let worst = all.iter().map(|tail| tail.worst).max().unwrap_or(1) as f64;
    let least = all.iter().map(|tail| tail.percentiles[0]).min().unwrap_or(1).max(1) as f64;
    // The first map of the record comes uppermost.
    let row_of = |place: usize| (all.len() - 1 - place) as f64;
    let name_at = |y: f64| {
        let mut tails = all.iter().enumerate();
        let found = tails.find(|(place, _)| (y - row_of(*place)).abs() < 0.01);
        found.map_or_else(String::new, |(_, tail)| tail.map.clone())
    };
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .caption("One insertion while a shared map grows", ("sans-serif", 20, &INK))
            .margin(12)
            .x_label_area_size(40)
            .y_label_area_size(150)
            .build_cartesian_2d(
                (least / 2.0..worst * 20.0).log_scale(),
                -0.5..all.len() as f64 - 0.5,
            )
            .map_err(text)?;
        chart
            .configure_mesh()
            .axis_style(INK)
            .bold_line_style(FAINT)
            .light_line_style(TRANSPARENT)
            .label_style(("sans-serif", 14, &INK))
            .y_labels(2 * all.len())
            .y_label_formatter(&|y| name_at(*y))
            .x_label_formatter(&|ns| nanoseconds(*ns))
            .draw()
            .map_err(text)?;
        for (mark, (name, strength)) in MARKS.into_iter().enumerate() {
            let color = if mark + 1 == MARKS.len() { WORST_COLOR } else { COLOR }.mix(strength);
            let circle = |(place, tail): (usize, &&Tail)| {
                let ns = tail.percentiles.get(mark).copied().unwrap_or(tail.worst);
                Circle::new((ns as f64, row_of(place)), 6, color.filled())
            };
            chart
                .draw_series(all.iter().enumerate().map(circle))
                .map_err(text)?
                .label(name)
                .legend(move |(x, y)| Circle::new((x + 8, y), 6, color.filled()));
        }
        let labels = &mut chart.configure_series_labels();
        legend(labels.position(SeriesLabelPosition::UpperRight))?;
        area.present().map_err(text)?;
    }
    Ok(Some(svg))
}
