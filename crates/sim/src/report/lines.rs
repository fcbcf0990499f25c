//! Lines over time as one picture that stands alone, with its own legend.

use super::chart::Size;
use super::chart::{BLUE, Chart, GREY, ORANGE, Series, Shape, VIOLET, hex};

/// Size of the picture, and how many times fit below it.
const SIZE: Size = Size { width: 760, height: 360, ticks: 8 };

/// Named lines of (unix seconds, value), the first of each being 100, as an SVG file.
pub(crate) fn picture(unit: &str, lines: &[(String, Vec<(i64, f64)>)]) -> String {
    let colors = [GREY, ORANGE, BLUE, VIOLET];
    let series = lines.iter().zip(colors.into_iter().cycle()).map(|((name, points), color)| {
        let first = points.first().map_or(1.0, |point| point.1);
        let points = points.iter().map(|(time, value)| (*time, value / first * 100.0)).collect();
        Series { name: name.clone(), color, shape: Shape::Line, points }
    });
    let chart = Chart {
        title: String::new(),
        unit: unit.to_owned(),
        y_label: |value| format!("{value:.0}"),
        from_zero: false,
        series: series.collect(),
    };
    let times = || lines.iter().flat_map(|line| line.1.iter().map(|point| point.0));
    let span = (times().min().unwrap_or(0), times().max().unwrap_or(1));
    let mut legend = String::new();
    for (number, series) in chart.series.iter().enumerate() {
        let (x, y, color) = (1_900, 760 + 80 * number, hex(series.color));
        legend.push_str(&format!(
            "<text x=\"{x}\" y=\"{y}\" font-family=\"sans-serif\" font-size=\"60\" fill=\"{color}\">{}</text>\n",
            series.name
        ));
    }
    let svg = chart.svg(SIZE, span);
    // what is behind a file's picture may be dark
    let svg = svg.replacen(">\n", ">\n<rect width=\"100%\" height=\"100%\" fill=\"#FFFFFF\"/>\n", 1);
    let svg = svg.replacen("aria-hidden=\"true\"", &format!("width=\"{}\" height=\"{}\"", SIZE.width, SIZE.height), 1);
    svg.replacen("</svg>", &format!("{legend}</svg>"), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_names_each_of_its_lines() {
        let lines = [("off".to_owned(), vec![(0, 50.0), (60, 40.0)]), ("on".to_owned(), vec![(0, 50.0), (60, 45.0)])];
        let svg = picture("SOL", &lines);
        assert!(
            svg.matches("xmlns=").count() == 1
                && svg.contains("<rect width=\"100%\"")
                && svg.trim_end().ends_with("</svg>")
        );
        assert!(svg.contains(">off</text>") && svg.contains(">on</text>") && svg.contains("#D96B0B"));
    }
}
