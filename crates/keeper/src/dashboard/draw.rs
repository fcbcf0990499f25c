//! One frame.

use std::time::Instant;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style, Stylize};
use ratatui::text::Line;
use ratatui::widgets::{Bar, BarChart, BarGroup, Block, Cell, Paragraph, Row, Table};

use crate::picture::{BANDS, Picture, dollars};

/// A print older than this is shown as late, and one older than the next as stale, seconds.
const FEED_AGES: (u32, u32) = (20, 60);

/// Draws a picture.
pub fn draw(frame: &mut Frame, picture: &Picture, lines: &[String]) {
    let [head, top, middle, bottom] =
        Layout::vertical([Constraint::Length(3), Constraint::Length(10), Constraint::Min(6), Constraint::Length(8)])
            .areas(frame.area());
    frame.render_widget(summary(picture), head);
    let [left, centre, right] =
        Layout::horizontal([Constraint::Percentage(40), Constraint::Percentage(25), Constraint::Percentage(35)])
            .areas(top);
    frame.render_widget(bands(picture, left), left);
    frame.render_widget(outcomes(picture), centre);
    frame.render_widget(balances(picture), right);
    let [left, right] = Layout::horizontal([Constraint::Percentage(65), Constraint::Percentage(35)]).areas(middle);
    frame.render_widget(candidates(picture), left);
    let [flights, ages] = Layout::vertical([Constraint::Percentage(50), Constraint::Percentage(50)]).areas(right);
    frame.render_widget(in_flight(picture), flights);
    frame.render_widget(feeds(picture), ages);
    frame.render_widget(log(lines, bottom), bottom);
}

fn summary(picture: &Picture) -> Paragraph<'static> {
    let unready = picture.unready();
    let state = if unready.is_empty() { "ready".green() } else { unready.join(", ").red() };
    let mode = if picture.dry_run { "dry run  " } else { "" };
    let line = Line::from(vec![
        mode.yellow(),
        format!("slot {}  ", picture.slot.0).into(),
        format!("{} accounts  ", picture.accounts).into(),
        format!("gained {}  ", dollars(picture.gained)).green(),
        format!("fees {} lamports  ", picture.fees).into(),
        state,
    ]);
    let title = format!(" Breakwater keeper · group {} · q stops ", short(&picture.group.to_string()));
    Paragraph::new(line).block(Block::bordered().title(title))
}

fn bands(picture: &Picture, area: Rect) -> BarChart<'static> {
    let names = BANDS.iter().map(|edge| format!("<{}.{:02}", edge / 1_000_000, edge % 1_000_000 / 10_000));
    let names = names.chain([format!("≥{}.00", BANDS[BANDS.len() - 1] / 1_000_000)]);
    let colours = [Color::Red, Color::LightRed, Color::Yellow, Color::LightYellow, Color::Green, Color::Green];
    let bars: Vec<Bar> = names
        .zip(picture.bands)
        .zip(colours)
        .map(|((name, count), colour)| {
            Bar::default().label(Line::from(name)).value(count as u64).style(Style::new().fg(colour))
        })
        .collect();
    let width = (area.width.saturating_sub(2) / bars.len() as u16).saturating_sub(1).max(5);
    let title = format!(" health factor ({} owe nothing) ", picture.riskless);
    BarChart::default()
        .block(Block::bordered().title(title))
        .bar_width(width)
        .bar_gap(1)
        .data(BarGroup::default().bars(&bars))
}

fn outcomes(picture: &Picture) -> Table<'static> {
    let rows = picture.outcomes.iter().map(|(class, count)| Row::new([(*class).to_owned(), count.to_string()]));
    Table::new(rows, [Constraint::Fill(1), Constraint::Length(8)]).block(Block::bordered().title(" outcomes "))
}

fn balances(picture: &Picture) -> Table<'static> {
    let lamports = picture.lamports.map_or("unknown".to_owned(), |lamports| lamports.to_string());
    let own = [
        Row::new(["wallet".to_owned(), format!("{lamports} lamports")]),
        Row::new(["equity".to_owned(), dollars(picture.equity)]),
    ];
    let legs = picture.inventory.iter().map(|(token, is_debt, amount)| {
        let side = if *is_debt { "debt" } else { "deposit" };
        Row::new([format!("{side} of token {token}"), amount.to_string()])
    });
    Table::new(own.into_iter().chain(legs), [Constraint::Length(18), Constraint::Fill(1)])
        .block(Block::bordered().title(" balances "))
}

fn candidates(picture: &Picture) -> Table<'static> {
    let rows = picture.candidates.iter().map(|candidate| {
        let health = format!("{}.{:04}", candidate.health / 1_000_000, candidate.health % 1_000_000 / 100);
        Row::new([short(&candidate.account.to_string()), health, dollars(candidate.gain), candidate.due.clone()])
    });
    let widths = [Constraint::Length(13), Constraint::Length(9), Constraint::Length(14), Constraint::Fill(1)];
    Table::new(rows, widths)
        .header(Row::new(["account", "health", "gain", "due"]).style(Style::new().add_modifier(Modifier::BOLD)))
        .block(Block::bordered().title(format!(" candidates ({}) ", picture.candidates.len())))
}

fn in_flight(picture: &Picture) -> Table<'static> {
    let now = Instant::now();
    let rows = picture.in_flight.iter().map(|flight| {
        let age = now.saturating_duration_since(flight.since);
        Row::new([short(&flight.account.to_string()), flight.action.to_owned(), format!("{} ms", age.as_millis())])
    });
    Table::new(rows, [Constraint::Length(13), Constraint::Fill(1), Constraint::Length(10)])
        .block(Block::bordered().title(format!(" in flight ({}) ", picture.in_flight.len())))
}

fn feeds(picture: &Picture) -> Table<'static> {
    let rows = picture.feeds.iter().map(|(feed, age)| {
        let (text, colour) = match *age {
            None => ("no print yet".to_owned(), Color::Red),
            Some(age) if age > FEED_AGES.1 => (format!("{age} s"), Color::Red),
            Some(age) if age > FEED_AGES.0 => (format!("{age} s"), Color::Yellow),
            Some(age) => (format!("{age} s"), Color::Green),
        };
        Row::new([Cell::from(format!("feed {feed}")), Cell::from(text).style(Style::new().fg(colour))])
    });
    Table::new(rows, [Constraint::Length(10), Constraint::Fill(1)]).block(Block::bordered().title(" newest prints "))
}

fn log(lines: &[String], area: Rect) -> Paragraph<'static> {
    let rows = usize::from(area.height.saturating_sub(2));
    let shown: Vec<Line> =
        lines.iter().skip(lines.len().saturating_sub(rows)).map(|line| Line::from(line.clone())).collect();
    Paragraph::new(shown).block(Block::bordered().title(" log "))
}

/// An address as people compare it: both ends.
fn short(address: &str) -> String {
    match (address.get(..6), address.get(address.len().saturating_sub(5)..)) {
        (Some(head), Some(tail)) if address.len() > 12 => format!("{head}…{tail}"),
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Candidate;
    use breakwater_client::Address;
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    fn drawn(picture: &Picture, width: u16, height: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
        terminal.draw(|frame| draw(frame, picture, &["a line of the log".to_owned()])).expect("it draws");
        terminal.backend().to_string()
    }

    #[test]
    fn what_a_keeper_looks_for_is_on_the_screen() {
        let mut picture = Picture::blank(Address::new_unique(), Address::new_unique(), true);
        picture.bands = [3, 4, 5, 6, 7, 8];
        picture.outcomes.insert("done", 12);
        picture.feeds = vec![(2, Some(61)), (3, None)];
        picture.inventory = vec![(1, true, 5_000)];
        picture.equity = -12_345_678_900;
        let account = Address::new_unique();
        picture.candidates =
            vec![Candidate { account, health: 987_654, gain: 1_230_000_000, due: "liquidate".to_owned() }];
        let screen = drawn(&picture, 120, 40);
        for text in [
            "dry run",
            "not live",
            "done",
            "12",
            "feed 2",
            "61 s",
            "no print yet",
            "debt of token 1",
            "-$123.45",
            "0.9876",
            "$12.30",
            "liquidate",
            "<1.00",
            "a line of the log",
        ] {
            assert!(screen.contains(text), "{text} is not on\n{screen}");
        }
    }

    #[test]
    fn a_small_terminal_is_no_reason_to_fall_over() {
        let picture = Picture::blank(Address::new_unique(), Address::new_unique(), false);
        for (width, height) in [(1, 1), (10, 5), (40, 12)] {
            drawn(&picture, width, height);
        }
    }
}
