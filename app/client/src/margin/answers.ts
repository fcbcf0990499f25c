// Made of crates/margin-wasm by `BLESS=1 cargo test -p breakwater-margin-wasm`; do not edit.

/**
 * A margin account.
 */
export type AccountAnswer = { 
/**
 * Its address.
 */
address: string, 
/**
 * Who owns it.
 */
owner: string, 
/**
 * Who may trade with it; null for nobody.
 */
delegate: string | null, 
/**
 * Number among the owner's accounts.
 */
number: number, 
/**
 * Layout version.
 */
version: number, 
/**
 * Whether it is the current one: the program refuses any other until the account is upgraded.
 */
isCurrent: boolean, 
/**
 * Slot of the flag; null without one.
 */
flagSlot: string | null, 
/**
 * Whether nothing is held, owed or open.
 */
isEmpty: boolean, 
/**
 * How it stands.
 */
standing: Standing, 
/**
 * Orders.
 */
orders: Array<OrderRow>, };

/**
 * An amount of a token or of a base.
 */
export type Amount = { 
/**
 * Native units, an integer.
 */
native: string, 
/**
 * Whole tokens, a decimal.
 */
ui: string, };

/**
 * What the first step of a liquidation would be at the nearest price that brings it.
 */
export type AtTrigger = { 
/**
 * Number of the token, or 128 + number of the market, whose price it is; never the quote token.
 */
leg: number, 
/**
 * The price, dollars.
 */
price: string, 
/**
 * From the price now, bps of it, signed.
 */
distance: number, 
/**
 * The step.
 */
next: Next, };

/**
 * All accounts, those in most danger first.
 */
export type BookAnswer = { 
/**
 * The accounts.
 */
rows: Array<BookRow>, 
/**
 * Accounts below each edge, and above the last.
 */
bands: Array<number>, 
/**
 * Upper edges of the bands, health factor in millionths.
 */
edges: Array<number>, 
/**
 * Accounts that owe nothing.
 */
riskless: number, };

/**
 * One account of the book.
 */
export type BookRow = { 
/**
 * Its address.
 */
address: string, 
/**
 * Who owns it.
 */
owner: string, 
/**
 * Equity, dollars.
 */
equity: string, 
/**
 * Debts and losses, dollars.
 */
debts: string, 
/**
 * Health factor in millionths; null without any requirement.
 */
factor: number | null, 
/**
 * "healthy", "unflagged", "flagged" or "due".
 */
stage: string, 
/**
 * What a keeper would gain by the next step, dollars; null of a healthy account.
 */
keeper: string | null, 
/**
 * Legs of the next step in words of numbers: "debt:collateral" or "market"; null of a healthy account.
 */
target: string | null, 
/**
 * Why the next step could not be carried out.
 */
refusal: string | null, };

/**
 * A change of parameters that waits.
 */
export type ChangeInfo = { 
/**
 * Its address.
 */
address: string, 
/**
 * Number among the group's changes.
 */
number: string, 
/**
 * What it sets: a bank, a market, the board, a mint, or a role's new holder.
 */
target: string, 
/**
 * When it was queued, unix seconds.
 */
queuedAt: number, 
/**
 * From when on it may be executed, unix seconds.
 */
dueAt: number, 
/**
 * From when on it may not any more, unix seconds.
 */
expiresAt: number, 
/**
 * "waiting", "due", "executed", "vetoed" or "expired".
 */
status: string, 
/**
 * The instruction's data, hexadecimal.
 */
data: string, };

/**
 * A feed's price.
 */
export type FeedInfo = { 
/**
 * Number on the board.
 */
feed: number, 
/**
 * The oracle account.
 */
oracle: string, 
/**
 * Price of a whole token, dollars; null before the first print.
 */
price: string | null, 
/**
 * Moving average, dollars.
 */
ema: string | null, 
/**
 * Seconds since publication.
 */
age: number, 
/**
 * When it was published, unix seconds.
 */
publishTime: number, 
/**
 * Confidence as a half-width, bps of the price.
 */
confidence: number, 
/**
 * Half-width that liquidations use, bps.
 */
liquidationBand: number, 
/**
 * Half-width that new risk is judged by, bps.
 */
initialBand: number, 
/**
 * Whether the price is too old to take risk at.
 */
tooOldForRisk: boolean, 
/**
 * Whether it is too old to liquidate at.
 */
stale: boolean, 
/**
 * Volatility of a minute, millionths.
 */
volatility: number, 
/**
 * Why the newest print that was published is refused; null where it is not. Who brings it is refused with it.
 */
refusedPrint: Refused | null, };

/**
 * What a trade would be filled at.
 */
export type FillInfo = { 
/**
 * Signed base.
 */
size: Amount, 
/**
 * Paid by a buy, received by a sale, fee apart, quote token.
 */
cost: Amount, 
/**
 * Fee, quote token.
 */
fee: Amount, 
/**
 * Index price, in the quote token.
 */
mark: string, 
/**
 * Average price, fee apart, in the quote token.
 */
price: string, 
/**
 * What it costs beyond the index, fee apart, quote token; negative where the skew pays.
 */
impact: Amount, 
/**
 * The same as a part of the notional, millionths.
 */
impactPpm: string, 
/**
 * Worst price to name in the instruction, quote units for one base unit × 2^44.
 */
limit: string, 
/**
 * The same for people, in the quote token.
 */
limitPrice: string, };

/**
 * The shared insurance fund, in the quote token.
 */
export type FundInfo = { 
/**
 * Its address.
 */
address: string, 
/**
 * All of it.
 */
total: Amount, 
/**
 * What earns.
 */
active: Amount, 
/**
 * What is young or leaving.
 */
passive: Amount, 
/**
 * What it could pay now: what is left of this epoch's part.
 */
epochLeft: Amount, 
/**
 * Part of itself that it pays in an epoch, bps.
 */
epochCap: number, 
/**
 * Whether known negative equity stops exits.
 */
frozen: boolean, 
/**
 * Sum of the shortfalls that are reported.
 */
knownShortfall: Amount, 
/**
 * Seconds from a request to the exit.
 */
cooldown: number, 
/**
 * All debts and all losing exposure that it stands behind, in dollars: debts of the quote token.
 */
coverage: number | null, };

/**
 * A group.
 */
export type GroupAnswer = { 
/**
 * Slot of the answer.
 */
slot: string, 
/**
 * Its time, unix seconds.
 */
time: number, 
/**
 * The group's address.
 */
address: string, 
/**
 * Its risk board.
 */
board: string, 
/**
 * Whether it takes users.
 */
launched: boolean, 
/**
 * May hand roles over.
 */
admin: string, 
/**
 * May tighten parameters and queue changes.
 */
riskManager: string, 
/**
 * May pause and veto.
 */
guardian: string, 
/**
 * Token that all markets settle in; null before there is one.
 */
quoteToken: number | null, 
/**
 * Tokens.
 */
tokens: Array<TokenInfo>, 
/**
 * Markets.
 */
markets: Array<MarketInfo>, 
/**
 * The shared fund.
 */
fund: FundInfo | null, 
/**
 * Parameters of liquidations.
 */
liquidation: LiquidationInfo, 
/**
 * What is paused in the whole group.
 */
pause: PauseInfo | null, 
/**
 * Until when shallow breaches wait after an outage, unix seconds; null where they do not.
 */
calmAt: number | null, 
/**
 * Changes that were queued.
 */
changes: Array<ChangeInfo>, 
/**
 * The chain of receipts.
 */
receipts: ReceiptLogInfo | null, };

/**
 * What an account is worth, in dollars; the levels of docs/spec.md §4.
 */
export type Health = { 
/**
 * Deposits less debts, with profit and loss.
 */
equity: string, 
/**
 * Debts and losses.
 */
debts: string, 
/**
 * H_init: new risk is refused below 0.
 */
initial: string, 
/**
 * H_hi: liquidatable below 0.
 */
optimistic: string, 
/**
 * H_maint: depth of a breach below 0.
 */
maintenance: string, 
/**
 * H_end: where a liquidation stops.
 */
end: string, 
/**
 * What must be answered for, at maintenance.
 */
requirement: string, 
/**
 * Health factor in millionths; null without any requirement.
 */
factor: number | null, 
/**
 * What all positions are worth together, whichever side.
 */
notional: string, 
/**
 * Notional over equity, bps; null where equity is not positive.
 */
leverage: number | null, };

/**
 * What somebody may want to do. Amounts are native units; "all" takes all there is.
 */
export type Intent = { "deposit": { 
/**
 * Number of the token.
 */
token: number, 
/**
 * How much.
 */
amount: string, } } | { "withdraw": { 
/**
 * Number of the token.
 */
token: number, 
/**
 * How much.
 */
amount: string, } } | { "borrow": { 
/**
 * Number of the token.
 */
token: number, 
/**
 * How much.
 */
amount: string, } } | { "repay": { 
/**
 * Number of the token.
 */
token: number, 
/**
 * How much.
 */
amount: string, } } | { "trade": { 
/**
 * Number of the market.
 */
market: number, 
/**
 * Signed base units.
 */
delta: string, 
/**
 * How much worse than the fill that is shown the real one may be, bps.
 */
slippage: number, } } | { "reduce": { 
/**
 * Number of the market.
 */
market: number, 
/**
 * Base units.
 */
size: string, 
/**
 * How much worse than the fill that is shown the real one may be, bps.
 */
slippage: number, } } | { "settle": { 
/**
 * Number of the market.
 */
market: number, 
/**
 * Quote units.
 */
amount: string, } } | { "addLiquidity": { 
/**
 * Number of the market.
 */
market: number, 
/**
 * Quote units.
 */
amount: string, } } | { "requestLiquidity": { 
/**
 * Number of the market.
 */
market: number, 
/**
 * Liquidity shares.
 */
shares: string, } } | { "removeLiquidity": { 
/**
 * Number of the market.
 */
market: number, } } | { "stake": { 
/**
 * Quote units.
 */
amount: string, } } | "matureStake" | { "requestUnstake": { 
/**
 * Units of the active pool; "0" for all that is young.
 */
units: string, } } | "unstake" | "restake";

/**
 * Parameters of liquidations.
 */
export type LiquidationInfo = { 
/**
 * Least bonus, bps.
 */
bonusMin: number, 
/**
 * Largest bonus, bps.
 */
bonusMax: number, 
/**
 * Part of the bonus that goes to insurance, bps.
 */
insuranceShare: number, 
/**
 * Slots between the two touches of a shallow breach; 0 where one touch executes.
 */
waitSlots: number, 
/**
 * Slots after a flag in which the bonus does not grow with time.
 */
graceSlots: number, 
/**
 * Slots in which the bonus grows to its maximum.
 */
auctionSlots: number, 
/**
 * A breach deeper than this part of the requirement executes at once, bps.
 */
deepBreach: number, 
/**
 * What is left on a side below this value is taken whole, dollars.
 */
dust: number, };

/**
 * Prices of one feed at which an account would be liquidated, all else equal.
 */
export type LiquidationPrices = { 
/**
 * Number of the token, or 128 + number of the market.
 */
leg: number, 
/**
 * Price now, dollars.
 */
mid: string, 
/**
 * Where H_maint falls below 0; null where no price does that.
 */
maintenance: string | null, 
/**
 * Where the account is liquidated; null where no price does that.
 */
trigger: string | null, 
/**
 * True where the account is beyond it at any price.
 */
always: boolean, 
/**
 * From the price to the trigger, bps of the price, signed; null where there is none.
 */
distance: number | null, };

/**
 * Liquidity of a market's pool.
 */
export type LiquidityRow = { 
/**
 * Its address.
 */
address: string, 
/**
 * Number of the market.
 */
market: number, 
/**
 * Shares.
 */
shares: string, 
/**
 * What they are worth at the least, quote token.
 */
worth: Amount, 
/**
 * Shares whose removal is requested.
 */
requested: string, 
/**
 * What they were worth at the request, quote token.
 */
requestedValue: Amount, 
/**
 * From when on they can be removed, unix seconds; null without a request.
 */
opensAt: number | null, 
/**
 * Until when, unix seconds.
 */
closesAt: number | null, };

/**
 * A perpetual market.
 */
export type MarketInfo = { 
/**
 * Number on the board.
 */
market: number, 
/**
 * Its address.
 */
address: string, 
/**
 * Its index.
 */
feed: FeedInfo, 
/**
 * Decimals of the base.
 */
decimals: number, 
/**
 * Index price in the quote token.
 */
mark: string, 
/**
 * Longs.
 */
long: Amount, 
/**
 * Shorts.
 */
short: Amount, 
/**
 * Longs less shorts.
 */
net: Amount, 
/**
 * Longs at the mark, quote token.
 */
longNotional: Amount, 
/**
 * Shorts at the mark, quote token.
 */
shortNotional: Amount, 
/**
 * Largest open interest of a side.
 */
openInterestCap: Amount, 
/**
 * Trades are multiples of this.
 */
lot: Amount, 
/**
 * What longs pay shorts, millionths an hour, a decimal; negative where shorts pay.
 */
funding: string, 
/**
 * Largest funding, millionths an hour.
 */
fundingMax: number, 
/**
 * What the pool has, quote token.
 */
pool: Amount, 
/**
 * What liquidity is worth, quote token.
 */
poolEquity: Amount, 
/**
 * What the pool owes beyond what it has, quote token.
 */
deficit: Amount, 
/**
 * All liquidity shares.
 */
liquidity: string, 
/**
 * Own insurance, quote token.
 */
tranche: Amount, 
/**
 * Losses that the pool has borne so far, quote token.
 */
poolLosses: Amount, 
/**
 * Fee of a trade, bps.
 */
takerFee: number, 
/**
 * Liquidation fee, bps of notional: keeper and insurance.
 */
liquidationFee: number, 
/**
 * Largest leverage of a new position, in hundredths: 1 over the initial margin of the first tier.
 */
maxLeverage: number, 
/**
 * Margin by size.
 */
tiers: Array<TierInfo>, 
/**
 * How long profit takes to mature, seconds.
 */
maturity: number, 
/**
 * From a request to the removal of liquidity, seconds.
 */
cooldown: number, 
/**
 * "active", "reduceOnly", "paused" or "expired".
 */
status: string, 
/**
 * From when on only reductions are taken, unix seconds; null for never.
 */
expiresAt: number | null, 
/**
 * What is paused in this market.
 */
pause: PauseInfo | null, };

/**
 * What the largest amount is asked of. A wallet may hold less.
 */
export type MostOf = { "deposit": { 
/**
 * Number of the token.
 */
token: number, } } | { "withdraw": { 
/**
 * Number of the token.
 */
token: number, } } | { "borrow": { 
/**
 * Number of the token.
 */
token: number, } } | { "repay": { 
/**
 * Number of the token.
 */
token: number, } } | { "reduce": { 
/**
 * Number of the market.
 */
market: number, } } | { "open": { 
/**
 * Number of the market.
 */
market: number, 
/**
 * Whether it is a long.
 */
isLong: boolean, 
/**
 * Largest leverage of the account, bps; null for no other limit than health.
 */
leverage: number | null, } } | { "addLiquidity": { 
/**
 * Number of the market.
 */
market: number, } } | "stake";

/**
 * The next step of a liquidation.
 */
export type Next = { 
/**
 * "pair" (a debt for collateral) or "position".
 */
kind: string, 
/**
 * Debt of a pair: number of the token, or 128 + number of the market.
 */
debt: number | null, 
/**
 * Collateral of a pair, likewise.
 */
collateral: number | null, 
/**
 * Market of a position.
 */
market: number | null, 
/**
 * What a pair's keeper repays.
 */
repay: Amount | null, 
/**
 * What it receives.
 */
seize: Amount | null, 
/**
 * Base of a position that is closed.
 */
size: Amount | null, 
/**
 * What a position settles first, quote token: negative where profit pays a debt.
 */
settled: Amount | null, 
/**
 * Bonus of a pair, millionths.
 */
bonus: number | null, 
/**
 * Fee of a position, quote token.
 */
fee: Amount | null, 
/**
 * Part of the cost that goes to insurance: of the debt token, or of the quote token.
 */
insurance: Amount, 
/**
 * What the keeper gains at mid prices, dollars.
 */
keeper: string, 
/**
 * What the account loses by it, dollars.
 */
cost: string, 
/**
 * Equity afterwards, dollars.
 */
equityAfter: string, 
/**
 * H_maint afterwards, dollars.
 */
maintenanceAfter: string, 
/**
 * H_end afterwards, dollars.
 */
endAfter: string, };

/**
 * An order to reduce a position.
 */
export type OrderRow = { 
/**
 * Its slot.
 */
slot: number, 
/**
 * Number of the market.
 */
market: number, 
/**
 * "below", "above" or "health".
 */
kind: string, 
/**
 * Whether it closes a long.
 */
closesLong: boolean, 
/**
 * Price in the quote token, or health factor as a decimal.
 */
trigger: string, 
/**
 * Worst fill price in the quote token; null where any will do.
 */
limit: string | null, 
/**
 * Base that it closes; null for all of it.
 */
size: Amount | null, 
/**
 * When it ends, unix seconds; null for never.
 */
expiresAt: number | null, 
/**
 * What the executor gets, quote token.
 */
fee: Amount, };

/**
 * When an account could be liquidated, if no price moves.
 */
export type Outlook = { 
/**
 * "healthy", "unflagged", "flagged" or "due".
 */
stage: string, 
/**
 * Earliest slot; null of a healthy account.
 */
slot: string | null, 
/**
 * Slots until then.
 */
slotsLeft: number | null, 
/**
 * Every print must be newer than this for it, unix seconds; null where all are.
 */
printsAfter: number | null, 
/**
 * Not before this time, unix seconds; null where it has passed.
 */
notBefore: number | null, };

/**
 * A margin account of an owner.
 */
export type OwnedAccount = { 
/**
 * Its address.
 */
address: string, 
/**
 * Number among the owner's.
 */
number: number, 
/**
 * Equity, dollars.
 */
equity: string, };

/**
 * What an owner has in a group.
 */
export type OwnerAnswer = { 
/**
 * Margin accounts, by their number.
 */
accounts: Array<OwnedAccount>, 
/**
 * Liquidity.
 */
liquidity: Array<LiquidityRow>, 
/**
 * Stake in the shared fund.
 */
stake: StakeRow | null, };

/**
 * What is paused, and until when.
 */
export type PauseInfo = { 
/**
 * When it ends, unix seconds.
 */
until: number, 
/**
 * "borrow", "withdraw", "trade", "liquidity", "liquidate".
 */
actions: Array<string>, };

/**
 * A perpetual position.
 */
export type PositionRow = { 
/**
 * Number of the market.
 */
market: number, 
/**
 * Signed base; negative for a short, 0 for one that only owes or is owed.
 */
base: Amount, 
/**
 * Price at which neither is won or lost, fees and funding counted, dollars of the quote token; null without base.
 */
breakEven: string | null, 
/**
 * Index price in the quote token.
 */
mark: string, 
/**
 * Worth of the base, quote token.
 */
notional: Amount, 
/**
 * Profit or loss, quote token.
 */
pnl: Amount, 
/**
 * Profit that has matured and can be settled, quote token.
 */
matured: Amount, 
/**
 * Profit or loss at mid, dollars.
 */
value: string, 
/**
 * Part of H_maint, dollars.
 */
maintenance: string, 
/**
 * Part of H_end, dollars.
 */
end: string, };

/**
 * An action before it is signed.
 */
export type PreviewAnswer = { 
/**
 * How the account stands now.
 */
before: Standing, 
/**
 * How it would stand.
 */
after: Standing, 
/**
 * What leaves the wallet; null for other actions than deposits and repayments.
 */
sent: Amount | null, 
/**
 * What arrives or leaves, is settled, comes, goes or is recorded.
 */
amount: Amount, 
/**
 * Liquidity shares that are minted, burned or requested; shares of the position or the stake for others.
 */
shares: string, 
/**
 * PnL that is settled, quote token: positive for a profit that is given up.
 */
settled: Amount | null, 
/**
 * The fill of a trade.
 */
fill: FillInfo | null, 
/**
 * The bank's rates afterwards, where the action moves its tokens.
 */
rates: RatesInfo | null, };

/**
 * Rates at a utilisation, millionths (a year).
 */
export type RatesInfo = { 
/**
 * Borrowed over supplied.
 */
utilisation: number, 
/**
 * Of a debt.
 */
borrow: string, 
/**
 * Of a deposit.
 */
deposit: string, };

/**
 * One of the last receipts, as the chain keeps it.
 */
export type ReceiptEntryInfo = { 
/**
 * Number of the receipt, counted from 0.
 */
number: string, 
/**
 * Digest of the receipt and all before it, hexadecimal.
 */
digest: string, 
/**
 * The account.
 */
account: string, 
/**
 * Slot.
 */
slot: string, 
/**
 * "liquidation", "position", "bankLoss", "marketLoss" or "deleveraging".
 */
kind: string, 
/**
 * Token or market; from 128 on a debt to market number − 128.
 */
leg: number, 
/**
 * Collateral of a liquidation.
 */
collateral: number, 
/**
 * Repaid, closed or written off.
 */
amount: Amount, 
/**
 * Seized, charged, borne or set apart.
 */
result: Amount, };

/**
 * The chain of receipts.
 */
export type ReceiptLogInfo = { 
/**
 * Its address.
 */
address: string, 
/**
 * Number of receipts so far.
 */
count: string, 
/**
 * Digest of the last one, hexadecimal.
 */
head: string, 
/**
 * The last ones, newest first.
 */
entries: Array<ReceiptEntryInfo>, };

/**
 * A receipt, read and repeated.
 */
export type ReceiptRow = { 
/**
 * "liquidation", "position", "bankLoss", "marketLoss" or "deleveraging".
 */
kind: string, 
/**
 * The account.
 */
account: string, 
/**
 * The keeper's account; null where there is none.
 */
keeper: string | null, 
/**
 * The event's numbers, by name: integers in the event's own units.
 */
numbers: { [key in string]: string }, 
/**
 * Digest after the receipt before it, hexadecimal.
 */
digest: string, 
/**
 * Null where the receipt's inputs give what it tells; else what is wrong.
 */
fault: string | null, };

/**
 * Receipts in the order in which they were asked about.
 */
export type ReceiptsAnswer = { 
/**
 * One for each; null where the bytes are no receipt.
 */
rows: Array<ReceiptRow | null>, };

/**
 * Why a question has no answer.
 */
export type Refused = { 
/**
 * The program's code for it; 0 where the program has none.
 */
code: number, 
/**
 * Its name.
 */
name: string, 
/**
 * What is the matter, in a sentence.
 */
message: string, };

/**
 * A stake in the shared fund.
 */
export type StakeRow = { 
/**
 * Its address.
 */
address: string, 
/**
 * Units of the active pool.
 */
activeUnits: string, 
/**
 * What they are worth, quote token.
 */
active: Amount, 
/**
 * What has not matured, quote token.
 */
young: Amount, 
/**
 * When it does, unix seconds; null where nothing is young.
 */
maturesAt: number | null, 
/**
 * What is to leave, quote token.
 */
leaving: Amount, 
/**
 * From when on it can, unix seconds; null without a request.
 */
opensAt: number | null, 
/**
 * "waiting", "open" or "lapsed"; null without a request.
 */
exit: string | null, 
/**
 * Whether the fund has lost everything since, and the stake with it.
 */
isVoid: boolean, };

/**
 * How an account stands, and what would happen to it.
 */
export type Standing = { 
/**
 * What it is worth.
 */
health: Health, 
/**
 * When it could be liquidated.
 */
outlook: Outlook, 
/**
 * Prices at which it would be.
 */
prices: Array<LiquidationPrices>, 
/**
 * The next step, as it would be now; null where nothing could be done.
 */
next: Next | null, 
/**
 * Why the next step could not be carried out, a wait aside.
 */
refusal: Refused | null, 
/**
 * What would happen at the nearest price that brings a liquidation, all else equal; null where there is none, or where
 * the account is liquidatable already.
 */
atTrigger: AtTrigger | null, 
/**
 * Deposits and debts.
 */
tokens: Array<TokenRow>, 
/**
 * Positions.
 */
positions: Array<PositionRow>, };

/**
 * Margin of the part of a notional up to an edge.
 */
export type TierInfo = { 
/**
 * Upper edge, quote token; null in the last tier.
 */
edge: string | null, 
/**
 * To take on risk, bps.
 */
initial: number, 
/**
 * Where a liquidation stops, bps.
 */
end: number, 
/**
 * To be left alone, bps.
 */
maintenance: number, };

/**
 * A token of the group.
 */
export type TokenInfo = { 
/**
 * Number on the board.
 */
token: number, 
/**
 * The bank.
 */
bank: string, 
/**
 * The mint.
 */
mint: string, 
/**
 * The bank's vault.
 */
vault: string, 
/**
 * Decimals of the mint.
 */
decimals: number, 
/**
 * Its feed.
 */
feed: FeedInfo, 
/**
 * What depositors own.
 */
deposits: Amount, 
/**
 * What borrowers owe.
 */
debts: Amount, 
/**
 * What is in the vault.
 */
cash: Amount, 
/**
 * Deposits in dollars.
 */
depositsValue: string, 
/**
 * Debts in dollars.
 */
debtsValue: string, 
/**
 * Most that depositors may own.
 */
depositCap: Amount, 
/**
 * Most that borrowers may owe.
 */
borrowCap: Amount, 
/**
 * Rates now.
 */
rates: RatesInfo, 
/**
 * The curve at every fortieth of utilisation, with its kink.
 */
curve: Array<RatesInfo>, 
/**
 * Utilisation of the kink, bps.
 */
kink: number, 
/**
 * Highest utilisation after a loan, bps.
 */
maxUtilisation: number, 
/**
 * Part of the interest that depositors do not get, bps.
 */
reserveFactor: number, 
/**
 * Weights.
 */
weights: WeightsInfo, 
/**
 * Own insurance.
 */
tranche: Amount, 
/**
 * What it is filled up to.
 */
trancheTarget: Amount, 
/**
 * Losses that lenders have borne so far.
 */
socialised: Amount, 
/**
 * What may still leave the vault in the window; null without a brake.
 */
outflowRoom: Amount | null, 
/**
 * Whether no deposit and no loan is accepted.
 */
reduceOnly: boolean, 
/**
 * Whether the mint may charge a transfer fee.
 */
transferFee: boolean, 
/**
 * Whether deposits pass the board.
 */
wantsBoard: boolean, 
/**
 * What is paused in this bank.
 */
pause: PauseInfo | null, };

/**
 * A deposit or a debt.
 */
export type TokenRow = { 
/**
 * Number of the token.
 */
token: number, 
/**
 * Whether it is owed.
 */
isDebt: boolean, 
/**
 * How much.
 */
amount: Amount, 
/**
 * Worth at mid, dollars; negative for a debt.
 */
value: string, 
/**
 * Part of H_maint, dollars.
 */
maintenance: string, 
/**
 * Part of H_end, dollars.
 */
end: string, };

/**
 * Weights of a token, bps.
 */
export type WeightsInfo = { 
/**
 * Deposit, to take on risk.
 */
assetInitial: number, 
/**
 * Deposit, where a liquidation stops.
 */
assetEnd: number, 
/**
 * Deposit, to be left alone.
 */
assetMaintenance: number, 
/**
 * Debt, to take on risk.
 */
liabilityInitial: number, 
/**
 * Debt, where a liquidation stops.
 */
liabilityEnd: number, 
/**
 * Debt, to be left alone.
 */
liabilityMaintenance: number, 
/**
 * Seconds over which a new token's weight rises.
 */
ramp: number, 
/**
 * Most that all deposits may count for new risk, dollars; null for no limit.
 */
collateralCap: number | null, };
