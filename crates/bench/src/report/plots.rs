//! Plots in SVG, readable on light and dark paper.

use plotters::prelude::*;

use super::sentences::best_run;
use crate::latency::{Run, Task};
use crate::memory::Growth;
use crate::record::Record;

pub(super) const SIZE: (u32, u32) = (900, 420);

/// Grey that shows on white and on black.
pub(super) const INK: RGBColor = RGBColor(128, 128, 128);
pub(super) const FAINT: RGBAColor = RGBAColor(128, 128, 128, 0.25);

/// One map's color, the same in every plot; chosen to be told apart by the color-blind too.
fn color_of(map: &str) -> RGBColor {
    match map {
        "tophash" => RGBColor(0, 130, 200),
        "hashbrown" => RGBColor(230, 110, 0),
        _ => RGBColor(150, 120, 200),
    }
}

/// All plots that the record has figures for, by file name.
pub(super) fn draw(record: &Record) -> Result<Vec<(String, String)>, String> {
    let mut plots = Vec::new();
    for (task, name, title) in [
        (Task::Insert, "insert-worst", "The worst insertion in each 1/400 of the growth"),
        (Task::InsertAtRate, "insert-at-rate", "The worst wait, insertions due at a fixed rate"),
        (Task::Remove, "remove-worst", "The worst removal in each 1/400 of the way to empty"),
    ] {
        for (keys, suffix) in [("u64", ""), ("String", "-string")] {
            let runs = best_runs(record, task, keys);
            if !runs.is_empty() {
                let plot = draw_windows(&runs, &format!("{title}, {keys}"))?;
                plots.push((format!("{name}{suffix}.svg"), plot));
            }
        }
    }
    if !record.memory.is_empty() {
        plots.push(("memory.svg".to_owned(), draw_memory(&record.memory)?));
    }
    Ok(plots)
}

/// For each map the run with the smallest worst latency: the rest is the machine.
fn best_runs<'a>(record: &'a Record, task: Task, keys: &str) -> Vec<&'a Run> {
    let maps = ["tophash", "hashbrown", "griddle"].into_iter();
    maps.filter_map(|map| Some(best_run(record, task, keys, map)?.0)).collect()
}

fn draw_windows(runs: &[&Run], title: &str) -> Result<String, String> {
    let len = runs.iter().map(|run| run.len).max().unwrap_or(1);
    let worst = runs.iter().map(|run| run.worst).max().unwrap_or(1) as f64;
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .caption(title, ("sans-serif", 20, &INK))
            .margin(12)
            .x_label_area_size(40)
            .y_label_area_size(70)
            .build_cartesian_2d(0.0..len as f64, (100.0..worst * 2.0).log_scale())
            .map_err(text)?;
        chart
            .configure_mesh()
            .axis_style(INK)
            .bold_line_style(FAINT)
            .light_line_style(TRANSPARENT)
            .label_style(("sans-serif", 14, &INK))
            .x_label_formatter(&|x| format!("{:.0}M", x / 1e6))
            .y_label_formatter(&|ns| nanoseconds(*ns))
            .x_desc("entries")
            .draw()
            .map_err(text)?;
        for run in runs {
            let color = color_of(&run.map);
            let step = run.len as f64 / run.windows.len() as f64;
            let points = run.windows.iter().enumerate();
            let points = points.map(|(index, &ns)| (index as f64 * step, (ns as f64).max(100.0)));
            chart
                .draw_series(LineSeries::new(points, color.stroke_width(2)))
                .map_err(text)?
                .label(run.map.clone())
                .legend(move |(x, y)| {
                    PathElement::new([(x, y), (x + 16, y)], color.stroke_width(3))
                });
        }
        let labels = &mut chart.configure_series_labels();
        legend(labels.position(SeriesLabelPosition::UpperLeft))?;
        area.present().map_err(text)?;
    }
    Ok(svg)
}

fn draw_memory(growths: &[Growth]) -> Result<String, String> {
    let len = growths.iter().map(|growth| growth.len).max().unwrap_or(1);
    let peak = growths.iter().map(|growth| growth.peak_bytes).max().unwrap_or(1) as f64;
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .caption("The most live bytes in each 1/400 of the growth", ("sans-serif", 20, &INK))
            .margin(12)
            .x_label_area_size(40)
            .y_label_area_size(70)
            .build_cartesian_2d(0.0..len as f64, 0.0..peak * 1.05)
            .map_err(text)?;
        chart
            .configure_mesh()
            .axis_style(INK)
            .bold_line_style(FAINT)
            .light_line_style(TRANSPARENT)
            .label_style(("sans-serif", 14, &INK))
            .x_label_formatter(&|x| format!("{:.0}M", x / 1e6))
            .y_label_formatter(&|bytes| format!("{:.0} MB", bytes / 1e6))
            .x_desc("entries")
            .draw()
            .map_err(text)?;
        for growth in growths {
            let color = color_of(&growth.map);
            let step = growth.len as f64 / growth.peaks.len().max(1) as f64;
            let points = growth.peaks.iter().enumerate();
            let points = points.map(|(index, &bytes)| ((index + 1) as f64 * step, bytes as f64));
            chart
                .draw_series(LineSeries::new(points, color.stroke_width(2)))
                .map_err(text)?
                .label(growth.map.clone())
                .legend(move |(x, y)| {
                    PathElement::new([(x, y), (x + 16, y)], color.stroke_width(3))
                });
        }
        let labels = &mut chart.configure_series_labels();
        legend(labels.position(SeriesLabelPosition::UpperLeft))?;
        area.present().map_err(text)?;
    }
    Ok(svg)
}

pub(super) fn legend<'a, 'b, D: DrawingBackend + 'a, C: CoordTranslate>(
    labels: &mut plotters::chart::SeriesLabelStyle<'a, 'b, D, C>,
) -> Result<(), String> {
    labels.label_font(("sans-serif", 14, &INK)).border_style(TRANSPARENT).draw().map_err(text)
}

pub(super) fn nanoseconds(ns: f64) -> String {
    match ns {
        ns if ns < 1e3 => format!("{ns:.0} ns"),
        ns if ns < 1e6 => format!("{:.0} µs", ns / 1e3),
        ns if ns < 1e9 => format!("{:.0} ms", ns / 1e6),
        ns => format!("{:.0} s", ns / 1e9),
    }
}

pub(super) fn text(error: impl std::fmt::Display) -> String {
    format!("a plot cannot be drawn: {error}")
}
