//! A plan for people and as JSON.

use std::fmt::Write;

use breakwater_migrations::fields::Difference;
use breakwater_migrations::plan::{Plan, Step, When};
use serde_json::{Value, json};

/// What stands for a value that there is not.
const NONE: &str = "–";

fn or_none(text: &str) -> &str {
    if text.is_empty() { NONE } else { text }
}

/// Differences in columns, each with what happens to it.
pub fn lines(differences: &[Difference], what: &str) -> String {
    let width = |pick: fn(&Difference) -> &str| {
        differences.iter().map(|line| or_none(pick(line)).chars().count()).max().unwrap_or(0)
    };
    let (name, old, new) = (width(|line| &line.name), width(|line| &line.old), width(|line| &line.new));
    let mut text = String::new();
    for line in differences {
        let (was, is) = (or_none(&line.old), or_none(&line.new));
        let row = format!("  {:name$}  {was:>old$} → {is:new$}  {what}", line.name);
        let _ = writeln!(text, "{}", row.trim_end());
    }
    text
}

/// The whole plan.
pub fn text(plan: &Plan, cluster: &str, url: &str) -> String {
    let mut text = format!("group {} on {cluster} ({url})\n", plan.group);
    if !plan.steps.is_empty() {
        text.push_str("  parameter  on chain → in file  what happens\n");
    }
    for step in &plan.steps {
        let what = step.when.text(plan.now);
        let _ = match step.lines.is_empty() {
            true => writeln!(text, "{}: {what}", step.title),
            false => write!(text, "{}\n{}", step.title, lines(&step.lines, &what)),
        };
    }
    for note in &plan.notes {
        let _ = writeln!(text, "note: {note}");
    }
    text
}

/// How it ended.
pub fn end(plan: &Plan, dry_run: bool) -> String {
    let count = |pick: fn(&When) -> bool| plan.steps.iter().filter(|step| pick(&step.when)).count();
    let done = count(When::is_done_now);
    let waits = count(|when| matches!(when, When::Waits(..)));
    let left = plan.unfinished().count();
    let mut text = match (done, left, dry_run) {
        (0, 0, _) => "nothing to do".to_owned(),
        (0, _, _) => "nothing can be done".to_owned(),
        (_, _, true) => format!("{done} steps to take; nothing was sent"),
        (_, _, false) => format!("{done} steps taken"),
    };
    if waits > 0 {
        let _ = write!(text, "; {waits} in the queue");
    }
    if left > 0 {
        let _ = write!(text, "; {left} left");
    }
    text.push('\n');
    text
}

fn step(step: &Step, signatures: &[(String, String)]) -> Value {
    let lines: Vec<Value> = step
        .lines
        .iter()
        .map(|line| json!({ "parameter": line.name, "on_chain": line.old, "in_file": line.new }))
        .collect();
    let (what, due, number, why) = match &step.when {
        When::AtOnce => ("at once", None, None, None),
        When::Queued(at) => ("queued", Some(*at), None, None),
        When::Waits(number, at) => ("waits", Some(*at), Some(*number), None),
        When::Executed(number) => ("executed", None, Some(*number), None),
        When::Left(why) => ("left", None, None, Some(why)),
        When::Refused(why) => ("refused", None, None, Some(why)),
    };
    let signature = signatures.iter().find(|(title, _)| *title == step.title).map(|(_, signature)| signature);
    json!({
        "step": step.title, "what": what, "due_at": due, "change": number, "why": why, "signature": signature, "lines": lines,
    })
}

/// One object.
pub fn json(plan: &Plan, (cluster, url): (&str, &str), dry_run: bool, signatures: &[(String, String)]) -> Value {
    let steps: Vec<Value> = plan.steps.iter().map(|one| step(one, signatures)).collect();
    json!({
        "cluster": cluster, "url": url, "group": plan.group.to_string(), "dry_run": dry_run, "taken": signatures.len(),
        "steps": steps, "notes": plan.notes,
    })
}
