//! The experiment as a picture: what liquidations do to a price in one market, group by group.

use super::{Comparison, Experiment, ExperimentError, Market, record_of};
use crate::report::picture as lines;

/// Groups in the picture.
const GROUPS: [&str; 3] = ["all off", "two touches", "two touches + velocity"];

/// The first token's price in a market with seed 1, as an SVG file.
///
/// # Errors
/// As [`super::experiment`].
pub fn picture(experiment: &Experiment, market: Market) -> Result<String, ExperimentError> {
    let path = market.path(1, experiment.file.as_ref()).map_err(ExperimentError::Prices)?;
    let variants = Comparison::Mechanisms.variants(&experiment.strength);
    let mut found = Vec::new();
    for variant in variants.iter().filter(|variant| GROUPS.contains(&variant.name.as_str())) {
        let record = record_of(experiment, market, variant, 1, &path).map_err(|error| ExperimentError::Run {
            market: market.name(),
            variant: variant.name.clone(),
            seed: 1,
            error,
        })?;
        let points = record.steps.iter().map(|step| (step.time, step.prices[0].0 as f64)).collect();
        found.push((variant.name.clone(), points));
    }
    let bare = path.steps.iter().map(|step| (step.time, step.samples[0].price.0 as f64)).collect();
    found.push(("without liquidations".to_owned(), bare));
    Ok(lines(&format!("{}, start = 100", path.symbols[0]), &found))
}
