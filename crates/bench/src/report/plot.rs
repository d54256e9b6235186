//! The plot: each figure as a share of what is allowed.

use std::error::Error;
use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{Row, table};
use crate::Outcome;

const WIDTH: i32 = 1_200;
const LINE: i32 = 26;
const TOP: i32 = 44;
/// Where the names end and the bars begin.
const NAMES: i32 = 640;
/// The length in pixels of a figure that just reaches its target.
const REACH: i32 = 240;
/// Where the numbers begin, beyond the longest bar.
const NUMBERS: i32 = NAMES + REACH * 3 / 2 + 10;
/// The longest bar, in units of what is allowed.
const MOST: f64 = 1.5;

const KEPT: RGBColor = RGBColor(46, 125, 50);
const MISSED: RGBColor = RGBColor(198, 40, 40);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Draws a bar for each row that has a target.
pub fn write(path: &Path, rows: &[Row]) -> Outcome<()> {
    let rows: Vec<(&Row, f64)> = rows
        .iter()
        .map(|row| (row, row.reach.share(row.rounds.median())))
        .collect();
    let height = TOP + LINE * i32::try_from(rows.len())? + LINE;
    let size = (WIDTH.unsigned_abs(), height.unsigned_abs());
    let area = SVGBackend::new(path, size).into_drawing_area();
    draw(&area, &rows, height)?;
    Ok(area.present()?)
}

fn draw(area: &Area<'_>, rows: &[(&Row, f64)], height: i32) -> Outcome<()> {
    area.fill(&WHITE)?;
    label(
        area,
        "got, as a share of what is allowed",
        NAMES,
        TOP / 2,
        HPos::Left,
    )?;
    for (number, (row, share)) in rows.iter().enumerate() {
        let middle = TOP + LINE * i32::try_from(number)? + LINE / 2;
        let name = match row.against.as_str() {
            "" => row.what.replace('`', ""),
            against => format!("{} ({against})", row.what.replace('`', "")),
        };
        label(area, &name, NAMES - 10, middle, HPos::Right)?;
        let end = NAMES + (share.min(MOST) * f64::from(REACH)) as i32;
        let colour = if row.holds() { KEPT } else { MISSED };
        let corners = [(NAMES, middle - 8), (end, middle + 8)];
        area.draw(&Rectangle::new(corners, colour.filled()))?;
        let got = row.unit.write(row.rounds.median());
        let numbers = format!("{got} ({})", table::reach(row));
        label(area, &numbers, NUMBERS, middle, HPos::Left)?;
    }
    let reach = NAMES + REACH;
    let line = vec![(reach, TOP), (reach, height - LINE)];
    area.draw(&PathElement::new(line, BLACK.stroke_width(2)))?;
    label(area, "reach", reach, height - LINE / 2, HPos::Center)
}

fn label(area: &Area<'_>, text: &str, x: i32, y: i32, side: HPos) -> Result<(), Box<dyn Error>> {
    let style = ("sans-serif", 14).into_text_style(area);
    let style = style.pos(Pos::new(side, VPos::Center));
    Ok(area.draw(&Text::new(text.to_owned(), (x, y), style))?)
}
