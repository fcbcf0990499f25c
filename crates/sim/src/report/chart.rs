//! One plot as inline SVG. Owns drawing: sizes, colours, grid, lines, areas and bars; refuses to know what the numbers
//! mean. Colours are written as the light theme's values, and `style.css` restyles those very values in the dark one.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::axis::TimeAxis;

/// Series colours; `style.css` names the same values.
pub(super) const BLUE: RGBColor = RGBColor(0x1F, 0x6F, 0xD1);
/// See [`BLUE`].
pub(super) const ORANGE: RGBColor = RGBColor(0xD9, 0x6B, 0x0B);
/// See [`BLUE`].
pub(super) const GREEN: RGBColor = RGBColor(0x0C, 0x8F, 0x68);
/// See [`BLUE`].
pub(super) const GREY: RGBColor = RGBColor(0x84, 0x8C, 0x98);
/// See [`BLUE`].
pub(super) const RED: RGBColor = RGBColor(0xCB, 0x35, 0x45);
/// See [`BLUE`].
pub(super) const VIOLET: RGBColor = RGBColor(0x7B, 0x52, 0xC4);
const GRID: RGBColor = RGBColor(0xE3, 0xE6, 0xEA);
const AXIS: RGBColor = RGBColor(0xB4, 0xBA, 0xC3);
const TEXT: RGBColor = RGBColor(0x5B, 0x64, 0x70);

/// A colour as the page and the plots write it.
pub(super) fn hex(color: RGBColor) -> String {
    format!("#{:02X}{:02X}{:02X}", color.0, color.1, color.2)
}

/// Plotters draws on whole pixels; drawing this many times larger keeps lines smooth.
const SCALE: u32 = 4;
/// Points a line keeps in each half of its lows and highs.
const MAX_BUCKETS: usize = 320;

/// A line, filled to the axis or not, or bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Line,
    Area,
    /// Bars that reach this many seconds to the right of their time.
    Bars(i64),
}

/// One series of a plot.
#[derive(Debug, Clone)]
pub(super) struct Series {
    pub name: String,
    pub color: RGBColor,
    pub shape: Shape,
    /// (unix seconds, value) in rising time.
    pub points: Vec<(i64, f64)>,
}

/// One plot.
pub(super) struct Chart {
    /// Heading above the plot.
    pub title: String,
    /// What the y axis counts, with its unit.
    pub unit: String,
    /// Label of a value on the y axis.
    pub y_label: fn(f64) -> String,
    /// Whether the y axis begins at zero, or below where a value is.
    pub from_zero: bool,
    /// What is plotted.
    pub series: Vec<Series>,
}

/// Size of a plot in CSS pixels, and how many dates fit below it.
#[derive(Clone, Copy)]
pub(super) struct Size {
    pub width: u32,
    pub height: u32,
    pub ticks: usize,
}

impl Chart {
    /// The plot as an `<svg>` element over the given seconds, or a sentence where it cannot be drawn.
    pub fn svg(&self, size: Size, time: (i64, i64)) -> String {
        let mut svg = String::new();
        let pixels = (size.width * SCALE, size.height * SCALE);
        let drawn = {
            let root = SVGBackend::with_string(&mut svg, pixels).into_drawing_area();
            self.draw(&root, size, time).and_then(|()| root.present())
        };
        match drawn {
            Ok(()) => without_prolog(&svg),
            Err(error) => format!("<p>This plot could not be drawn: {error}.</p>"),
        }
    }

    fn draw<'a>(
        &self,
        root: &DrawingArea<SVGBackend<'a>, Shift>,
        size: Size,
        (start, end): (i64, i64),
    ) -> Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>> {
        let x = TimeAxis { start, end: end.max(start + 1), max_ticks: size.ticks };
        let x_description = x.describe();
        let (low, high) = self.y_range();
        let mut chart = ChartBuilder::on(root)
            .margin(4 * SCALE)
            .margin_right(18 * SCALE)
            .x_label_area_size(42 * SCALE)
            .y_label_area_size(66 * SCALE)
            .build_cartesian_2d(x, low..high)?;
        let text = ("sans-serif", 15 * SCALE).into_font().color(&TEXT);
        chart
            .configure_mesh()
            .disable_x_mesh()
            .y_max_light_lines(0)
            .x_labels(20)
            .y_labels(5)
            .y_label_formatter(&|value| (self.y_label)(*value))
            .bold_line_style(GRID.stroke_width(SCALE))
            .axis_style(AXIS.stroke_width(SCALE))
            .label_style(text.clone())
            .axis_desc_style(text)
            .x_desc(x_description)
            .y_desc(self.unit.clone())
            .set_all_tick_mark_size(4 * SCALE as i32)
            .draw()?;
        for series in &self.series {
            let (color, stroke) = (series.color, series.color.stroke_width(2 * SCALE - 1));
            match series.shape {
                Shape::Line => {
                    chart.draw_series(LineSeries::new(thinned(&series.points), stroke))?;
                }
                Shape::Area => {
                    let area = AreaSeries::new(thinned(&series.points), low.max(0.0), color.mix(0.18));
                    chart.draw_series(area.border_style(stroke))?;
                }
                Shape::Bars(width) => {
                    let bars = series.points.iter().filter(|point| point.1 > 0.0).map(|&(time, value)| {
                        let right = (time + width).min(end.max(start + 1));
                        Rectangle::new([(time, 0.0), (right, value)], color.filled())
                    });
                    chart.draw_series(bars)?;
                }
            }
        }
        Ok(())
    }

    fn y_range(&self) -> (f64, f64) {
        let values = || self.series.iter().flat_map(|series| &series.points).map(|point| point.1);
        let high = values().fold(0.0, f64::max);
        let lowest = values().fold(high, f64::min);
        let low = if self.from_zero { lowest.min(0.0) } else { lowest };
        let room = (high - low) * 0.06;
        match (self.from_zero, high > low) {
            (_, false) => (low.min(0.0), high.max(low + 1.0) + 0.05),
            (true, true) if low < 0.0 => (low - room, high + room),
            (true, true) => (0.0, high + room),
            (false, true) => ((low - room).max(0.0), high + room),
        }
    }
}

/// At most two points for each of [`MAX_BUCKETS`] stretches, the lowest and the highest, so that no peak is lost.
fn thinned(points: &[(i64, f64)]) -> Vec<(i64, f64)> {
    if points.len() <= 2 * MAX_BUCKETS {
        return points.to_vec();
    }
    let mut kept = Vec::with_capacity(2 * MAX_BUCKETS + 2);
    kept.extend(points.first());
    for bucket in points.chunks(points.len().div_ceil(MAX_BUCKETS)) {
        let low = bucket.iter().min_by(|a, b| a.1.total_cmp(&b.1));
        let high = bucket.iter().max_by(|a, b| a.1.total_cmp(&b.1));
        let mut pair: Vec<(i64, f64)> = low.into_iter().chain(high).copied().collect();
        pair.sort_by_key(|point| point.0);
        pair.dedup();
        kept.extend(pair);
    }
    kept.extend(points.last());
    kept
}

/// The `<svg>` element alone, sized by the page instead of by its own attributes.
fn without_prolog(svg: &str) -> String {
    let element = svg.find("<svg").map_or(svg, |start| &svg[start..]);
    match (element.find(" viewBox"), element.find("width=")) {
        (Some(view), Some(width)) if width < view => format!("<svg aria-hidden=\"true\"{}", &element[view..]),
        _ => element.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(points: Vec<(i64, f64)>, shape: Shape) -> Chart {
        let series = Series { name: "a".to_owned(), color: BLUE, shape, points };
        let y_label = |value| format!("{value:.0}");
        Chart { title: "t".into(), unit: "u".into(), y_label, from_zero: true, series: vec![series] }
    }

    const SIZE: Size = Size { width: 500, height: 240, ticks: 5 };

    #[test]
    fn a_plot_is_one_svg_element_without_size_and_background() {
        for shape in [Shape::Line, Shape::Area, Shape::Bars(10)] {
            let svg = chart(vec![(0, 1.0), (60, 5.0)], shape).svg(SIZE, (0, 60));
            assert!(svg.starts_with("<svg aria-hidden=\"true\" viewBox=\"0 0 2000 960\""), "{svg}");
            assert!(svg.trim_end().ends_with("</svg>"));
            assert!(svg.contains("#1F6FD1") && !svg.contains("#FFFFFF"));
        }
    }

    #[test]
    fn a_plot_of_nothing_is_still_a_plot() {
        for points in [vec![], vec![(0, 0.0)], vec![(0, 0.0), (60, 0.0)]] {
            assert!(chart(points, Shape::Area).svg(SIZE, (0, 0)).starts_with("<svg"));
        }
    }

    #[test]
    fn a_value_below_zero_is_in_the_plot() {
        let (low, high) = chart(vec![(0, -50.0), (60, 100.0)], Shape::Line).y_range();
        assert!(low < -50.0 && high > 100.0);
        assert_eq!(chart(vec![(0, 50.0), (60, 100.0)], Shape::Line).y_range().0, 0.0);
    }

    #[test]
    fn thinning_keeps_ends_and_extremes() {
        let mut points: Vec<(i64, f64)> = (0..100_000).map(|i| (i, 10.0)).collect();
        points[54_321].1 = 1.0;
        points[54_322].1 = 99.0;
        let kept = thinned(&points);
        assert!(kept.len() <= 2 * MAX_BUCKETS + 2);
        assert!(kept.contains(&(54_321, 1.0)) && kept.contains(&(54_322, 99.0)));
        assert_eq!((kept[0], kept[kept.len() - 1]), (points[0], points[99_999]));
        assert!(kept.windows(2).all(|pair| pair[0].0 <= pair[1].0));
    }
}
