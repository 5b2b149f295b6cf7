//! The plot of throughput by the share of reads, readable on light and dark paper.

use plotters::prelude::*;

use super::plots::{FAINT, INK, SIZE, legend, text};
use super::shared::{different, is_reading};
use crate::record::Record;
use crate::shared::Throughput;

/// Keys and threads of the plot.
const SHOWN: (&str, usize, usize) = ("u64", 1000, 2);

/// Maps of the plot, with colors that the color-blind can tell apart; the rest is in the tables.
const MAPS: [(&str, RGBColor); 7] = [
    ("SyncMap", RGBColor(0, 130, 200)),
    ("ShardedMap", RGBColor(60, 180, 220)),
    ("WordMap", RGBColor(50, 90, 230)),
    ("DashMap", RGBColor(230, 110, 0)),
    ("scc HashIndex", RGBColor(150, 120, 200)),
    ("papaya 1024", RGBColor(0, 158, 115)),
    ("RwLock hashbrown", RGBColor(200, 80, 120)),
];

/// Go's map, of the newest version that was measured.
const GO_COLOR: RGBColor = RGBColor(190, 160, 0);

/// Whether the record has figures for the plot.
pub(super) fn is_drawn(record: &Record) -> bool {
    mixes(&shown(record)).len() > 1
}

fn shown(record: &Record) -> Vec<&Throughput> {
    let is_shown = |one: &&Throughput| (&*one.keys, one.len, one.threads) == SHOWN;
    record.shared_throughput.iter().filter(is_shown).filter(|one| is_reading(one)).collect()
}

fn mixes<'a>(all: &[&'a Throughput]) -> Vec<&'a str> {
    different(all.iter().map(|one| one.mix.as_str()))
}

/// The plot with its file name; none if the record has no figures for it.
pub(super) fn draw(record: &Record) -> Result<Option<(String, String)>, String> {
    if !is_drawn(record) {
        return Ok(None);
    }
    let all = shown(record);
    let mixes = mixes(&all);
    let most = all.iter().map(|one| one.mops.median).fold(1.0, f64::max);
    let go = all.iter().map(|one| &*one.map).filter(|map| map.starts_with("sync.Map")).max();
    let maps = MAPS.into_iter().chain(go.map(|map| (map, GO_COLOR)));
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let last = (mixes.len() - 1) as f64;
        let mut chart = ChartBuilder::on(&area)
            .caption("1000 keys, two threads", ("sans-serif", 20, &INK))
            .margin(12)
            .x_label_area_size(40)
            .y_label_area_size(70)
            .build_cartesian_2d(-0.1..last + 1.2, 0.0..most * 1.1)
            .map_err(text)?;
        chart
            .configure_mesh()
            .axis_style(INK)
            .bold_line_style(FAINT)
            .light_line_style(TRANSPARENT)
            .label_style(("sans-serif", 14, &INK))
            .x_labels(mixes.len() + 2)
            .y_label_formatter(&|mops| format!("{mops:.0}"))
            .x_label_formatter(&|x| mix_at(*x, &mixes))
            .y_desc("million operations a second")
            .draw()
            .map_err(text)?;
        for (map, color) in maps {
            let of_mix = |(place, mix): (usize, &&str)| {
                let mut found = all.iter();
                let one = found.find(|one| one.map == map && one.mix == *mix)?;
                Some((place as f64, one.mops.median))
            };
            let points: Vec<(f64, f64)> = mixes.iter().enumerate().filter_map(of_mix).collect();
            if points.is_empty() {
                continue;
            }
            chart
                .draw_series(LineSeries::new(points, color.stroke_width(2)))
                .map_err(text)?
                .label(map)
                .legend(move |(x, y)| {
                    PathElement::new([(x, y), (x + 16, y)], color.stroke_width(3))
                });
        }
        let labels = &mut chart.configure_series_labels();
        legend(labels.position(SeriesLabelPosition::UpperRight))?;
        area.present().map_err(text)?;
    }
    Ok(Some(("shared-reading.svg".to_owned(), svg)))
}

/// The mix at this place of the axis, if one stands there.
fn mix_at(x: f64, mixes: &[&str]) -> String {
    let place = mixes.iter().enumerate().find(|(place, _)| (x - *place as f64).abs() < 0.01);
    place.map_or_else(String::new, |(_, mix)| (*mix).to_owned())
}
