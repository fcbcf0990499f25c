//! An action before it is signed.

use breakwater_client::view::{FillPreview, Preview, View};
use breakwater_interface::live::accrued;
use breakwater_interface::{MarginAccount, MarginError};
use breakwater_margin::perp::Mark;

use super::group::rates;
use super::{Scale, standing};
use crate::action::{Intent, limit};
use crate::answer::{FillInfo, PreviewAnswer, RatesInfo};
use crate::session::{Refused, Session};

/// What an action of its owner does to an account.
pub fn preview(
    session: &Session,
    view: &View,
    account: &MarginAccount,
    intent: &Intent,
) -> Result<PreviewAnswer, Refused> {
    let told = view.preview(account, &intent.action(session, account)?)?;
    let after = view.with(&told).brought_up_to_date()?;
    let (scale, token) = (Scale(view), intent.token(view));
    Ok(PreviewAnswer {
        before: standing(view, account)?,
        after: standing(&after, &told.account)?,
        sent: (told.sent > 0).then(|| scale.token(token, told.sent)),
        amount: scale.token(token, told.amount),
        shares: told.shares.to_string(),
        settled: (told.settled != 0).then(|| scale.quoted(told.settled)),
        fill: told.fill.as_ref().map(|fill| fill_info(scale, fill, &told, intent.slippage())),
        rates: rates_after(&after, &told)?,
    })
}

fn fill_info(scale: Scale, told: &FillPreview, preview: &Preview, slippage: u32) -> FillInfo {
    let market = preview.market.map_or(0, |market| market.market);
    let limit = limit(told.price, told.fill.delta > 0, slippage);
    FillInfo {
        size: scale.base(market, told.fill.delta),
        cost: scale.quoted(told.fill.cost),
        fee: scale.quoted(told.fill.fee),
        mark: scale.mark(market, told.mark),
        price: scale.mark(market, told.price),
        impact: scale.quoted(told.impact),
        impact_ppm: told.impact_ppm.to_string(),
        limit: limit.to_string(),
        limit_price: scale.mark(market, Mark(limit)),
    }
}

fn rates_after(after: &View, told: &Preview) -> Result<Option<RatesInfo>, MarginError> {
    let Some(bank) = &told.bank else { return Ok(None) };
    let books = accrued(bank, after.time)?;
    Ok(Some(rates(&books.rates(&bank.lending.pricing())?)))
}
