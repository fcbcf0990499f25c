// Made from the IDL by scripts/generate.mjs: do not edit.

import type { FixedSizeDecoder } from "@solana/kit";
import {
  getAccountClosedDecoder,
  getAccountOpenedDecoder,
  getAccountUpgradedDecoder,
  getBalanceChangedDecoder,
  getBankruptcyResolvedDecoder,
  getChangeExecutedDecoder,
  getChangeQueuedDecoder,
  getChangeVetoedDecoder,
  getCollectedDecoder,
  getDelegateSetDecoder,
  getDeleveragedDecoder,
  getFlagClearedDecoder,
  getFlaggedDecoder,
  getGroupLaunchedDecoder,
  getInsuredDecoder,
  getLiquidatedDecoder,
  getLiquidityChangedDecoder,
  getMarketListedDecoder,
  getMarketLossResolvedDecoder,
  getOrderCanceledDecoder,
  getOrderExecutedDecoder,
  getOrderPlacedDecoder,
  getParameterSetDecoder,
  getPauseSetDecoder,
  getPerpLiquidatedDecoder,
  getPnlSettledDecoder,
  getRoleSetDecoder,
  getShortfallReportedDecoder,
  getStakeChangedDecoder,
  getTokenListedDecoder,
  getTradedDecoder,
  type AccountClosed,
  type AccountOpened,
  type AccountUpgraded,
  type BalanceChanged,
  type BankruptcyResolved,
  type ChangeExecuted,
  type ChangeQueued,
  type ChangeVetoed,
  type Collected,
  type DelegateSet,
  type Deleveraged,
  type FlagCleared,
  type Flagged,
  type GroupLaunched,
  type Insured,
  type Liquidated,
  type LiquidityChanged,
  type MarketListed,
  type MarketLossResolved,
  type OrderCanceled,
  type OrderExecuted,
  type OrderPlaced,
  type ParameterSet,
  type PauseSet,
  type PerpLiquidated,
  type PnlSettled,
  type RoleSet,
  type ShortfallReported,
  type StakeChanged,
  type TokenListed,
  type Traded,
} from "./types/index.js";

/** An event of the program. */
export type BreakwaterEvent =
  | { name: "AccountClosed"; data: AccountClosed }
  | { name: "AccountOpened"; data: AccountOpened }
  | { name: "AccountUpgraded"; data: AccountUpgraded }
  | { name: "BalanceChanged"; data: BalanceChanged }
  | { name: "BankruptcyResolved"; data: BankruptcyResolved }
  | { name: "ChangeExecuted"; data: ChangeExecuted }
  | { name: "ChangeQueued"; data: ChangeQueued }
  | { name: "ChangeVetoed"; data: ChangeVetoed }
  | { name: "Collected"; data: Collected }
  | { name: "DelegateSet"; data: DelegateSet }
  | { name: "Deleveraged"; data: Deleveraged }
  | { name: "FlagCleared"; data: FlagCleared }
  | { name: "Flagged"; data: Flagged }
  | { name: "GroupLaunched"; data: GroupLaunched }
  | { name: "Insured"; data: Insured }
  | { name: "Liquidated"; data: Liquidated }
  | { name: "LiquidityChanged"; data: LiquidityChanged }
  | { name: "MarketListed"; data: MarketListed }
  | { name: "MarketLossResolved"; data: MarketLossResolved }
  | { name: "OrderCanceled"; data: OrderCanceled }
  | { name: "OrderExecuted"; data: OrderExecuted }
  | { name: "OrderPlaced"; data: OrderPlaced }
  | { name: "ParameterSet"; data: ParameterSet }
  | { name: "PauseSet"; data: PauseSet }
  | { name: "PerpLiquidated"; data: PerpLiquidated }
  | { name: "PnlSettled"; data: PnlSettled }
  | { name: "RoleSet"; data: RoleSet }
  | { name: "ShortfallReported"; data: ShortfallReported }
  | { name: "StakeChanged"; data: StakeChanged }
  | { name: "TokenListed"; data: TokenListed }
  | { name: "Traded"; data: Traded };

/** What begins an event's bytes, and how the rest is read. */
export type EventCodec = {
  [N in BreakwaterEvent["name"]]: {
    name: N;
    discriminator: Uint8Array;
    decoder: FixedSizeDecoder<Extract<BreakwaterEvent, { name: N }>["data"]>;
  };
}[BreakwaterEvent["name"]];

/** Every event of the program. */
export const getEventCodecs = (): EventCodec[] => [
  {
    name: "AccountClosed",
    discriminator: new Uint8Array([19, 250, 79, 236, 91, 80, 148, 48]),
    decoder: getAccountClosedDecoder(),
  },
  {
    name: "AccountOpened",
    discriminator: new Uint8Array([250, 89, 39, 67, 35, 119, 126, 63]),
    decoder: getAccountOpenedDecoder(),
  },
  {
    name: "AccountUpgraded",
    discriminator: new Uint8Array([60, 150, 189, 4, 249, 81, 82, 12]),
    decoder: getAccountUpgradedDecoder(),
  },
  {
    name: "BalanceChanged",
    discriminator: new Uint8Array([231, 114, 125, 58, 137, 248, 148, 201]),
    decoder: getBalanceChangedDecoder(),
  },
  {
    name: "BankruptcyResolved",
    discriminator: new Uint8Array([94, 86, 196, 195, 106, 72, 227, 169]),
    decoder: getBankruptcyResolvedDecoder(),
  },
  {
    name: "ChangeExecuted",
    discriminator: new Uint8Array([50, 115, 8, 12, 139, 8, 191, 26]),
    decoder: getChangeExecutedDecoder(),
  },
  {
    name: "ChangeQueued",
    discriminator: new Uint8Array([232, 143, 80, 230, 125, 117, 169, 213]),
    decoder: getChangeQueuedDecoder(),
  },
  {
    name: "ChangeVetoed",
    discriminator: new Uint8Array([18, 127, 43, 10, 178, 206, 26, 116]),
    decoder: getChangeVetoedDecoder(),
  },
  {
    name: "Collected",
    discriminator: new Uint8Array([67, 109, 138, 167, 168, 239, 2, 207]),
    decoder: getCollectedDecoder(),
  },
  {
    name: "DelegateSet",
    discriminator: new Uint8Array([103, 126, 239, 131, 201, 31, 212, 253]),
    decoder: getDelegateSetDecoder(),
  },
  {
    name: "Deleveraged",
    discriminator: new Uint8Array([34, 71, 31, 45, 212, 184, 131, 185]),
    decoder: getDeleveragedDecoder(),
  },
  {
    name: "FlagCleared",
    discriminator: new Uint8Array([214, 130, 236, 238, 95, 214, 5, 161]),
    decoder: getFlagClearedDecoder(),
  },
  {
    name: "Flagged",
    discriminator: new Uint8Array([172, 99, 137, 6, 66, 30, 69, 5]),
    decoder: getFlaggedDecoder(),
  },
  {
    name: "GroupLaunched",
    discriminator: new Uint8Array([28, 156, 237, 195, 143, 158, 27, 245]),
    decoder: getGroupLaunchedDecoder(),
  },
  {
    name: "Insured",
    discriminator: new Uint8Array([100, 18, 210, 7, 163, 66, 75, 192]),
    decoder: getInsuredDecoder(),
  },
  {
    name: "Liquidated",
    discriminator: new Uint8Array([231, 57, 55, 75, 0, 170, 246, 68]),
    decoder: getLiquidatedDecoder(),
  },
  {
    name: "LiquidityChanged",
    discriminator: new Uint8Array([132, 132, 193, 214, 12, 99, 40, 28]),
    decoder: getLiquidityChangedDecoder(),
  },
  {
    name: "MarketListed",
    discriminator: new Uint8Array([29, 11, 143, 239, 139, 12, 79, 19]),
    decoder: getMarketListedDecoder(),
  },
  {
    name: "MarketLossResolved",
    discriminator: new Uint8Array([2, 199, 221, 20, 137, 166, 212, 219]),
    decoder: getMarketLossResolvedDecoder(),
  },
  {
    name: "OrderCanceled",
    discriminator: new Uint8Array([210, 147, 48, 247, 204, 118, 255, 121]),
    decoder: getOrderCanceledDecoder(),
  },
  {
    name: "OrderExecuted",
    discriminator: new Uint8Array([74, 135, 231, 5, 168, 106, 194, 117]),
    decoder: getOrderExecutedDecoder(),
  },
  {
    name: "OrderPlaced",
    discriminator: new Uint8Array([96, 130, 204, 234, 169, 219, 216, 227]),
    decoder: getOrderPlacedDecoder(),
  },
  {
    name: "ParameterSet",
    discriminator: new Uint8Array([254, 176, 130, 184, 81, 83, 106, 94]),
    decoder: getParameterSetDecoder(),
  },
  {
    name: "PauseSet",
    discriminator: new Uint8Array([175, 57, 198, 136, 192, 66, 204, 73]),
    decoder: getPauseSetDecoder(),
  },
  {
    name: "PerpLiquidated",
    discriminator: new Uint8Array([43, 176, 173, 48, 71, 104, 197, 194]),
    decoder: getPerpLiquidatedDecoder(),
  },
  {
    name: "PnlSettled",
    discriminator: new Uint8Array([24, 113, 104, 254, 135, 46, 95, 203]),
    decoder: getPnlSettledDecoder(),
  },
  {
    name: "RoleSet",
    discriminator: new Uint8Array([188, 56, 139, 81, 114, 65, 108, 196]),
    decoder: getRoleSetDecoder(),
  },
  {
    name: "ShortfallReported",
    discriminator: new Uint8Array([157, 165, 128, 26, 219, 246, 232, 16]),
    decoder: getShortfallReportedDecoder(),
  },
  {
    name: "StakeChanged",
    discriminator: new Uint8Array([242, 117, 195, 222, 185, 209, 114, 219]),
    decoder: getStakeChangedDecoder(),
  },
  {
    name: "TokenListed",
    discriminator: new Uint8Array([122, 82, 154, 225, 250, 48, 63, 4]),
    decoder: getTokenListedDecoder(),
  },
  {
    name: "Traded",
    discriminator: new Uint8Array([225, 202, 73, 175, 147, 43, 160, 150]),
    decoder: getTradedDecoder(),
  },
];
