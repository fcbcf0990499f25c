import { address } from '@solana/kit';

import { BREAKWATER_PROGRAM_ADDRESS } from './generated/programs/index.js';

/** The program's address. */
export const PROGRAM_ID = BREAKWATER_PROGRAM_ADDRESS;
/** SPL Token. */
export const TOKEN_PROGRAM = address('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
/** Token-2022. */
export const TOKEN_2022_PROGRAM = address('TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb');
/** The program that creates associated token accounts. */
export const ASSOCIATED_TOKEN_PROGRAM = address('ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL');
/** The system program. */
export const SYSTEM_PROGRAM = address('11111111111111111111111111111111');
/** The sysvar that holds slot and time. */
export const CLOCK = address('SysvarC1ock11111111111111111111111111111111');
/** The program whose derived accounts hold Pyth's sponsored prices. */
export const PYTH_PUSH_PROGRAM = address('pythWSnswVUd12oZpeFP8e9CVaEqJg25g1Vtc2biRsT');
/** First hash of devnet, which no other chain has. */
export const DEVNET_GENESIS = 'EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG';
/** First hash of mainnet-beta. */
export const MAINNET_GENESIS = '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d';

/** As an amount to withdraw, repay, reduce, settle, stake or insure: all. As that of a liquidation: no limit. */
export const ALL = 2n ** 64n - 1n;
/** In `refresh`, an item from here on is the index snapshot of token `item - TOKEN_ITEM`. */
export const TOKEN_ITEM = 128;
/** In `refresh`, an item from here on is the funding snapshot of market `item - MARKET_ITEM`. */
export const MARKET_ITEM = 192;
/** Market n is priced by feed `MARKET_FEED + n`. */
export const MARKET_FEED = 32;

/** Side of a token position: a deposit. */
export const SIDE_DEPOSIT = 0;
/** Side of a token position: a debt. */
export const SIDE_DEBT = 1;
/** Kind of an order that waits for a mark at or below its trigger. */
export const ORDER_BELOW = 1;
/** Kind of an order that waits for a mark at or above its trigger. */
export const ORDER_ABOVE = 2;
/** Kind of an order that waits for a health factor at or below its trigger. */
export const ORDER_HEALTH = 3;
/** Side of an order that closes a long. */
export const SIDE_LONG = 0;
/** Side of an order that closes a short. */
export const SIDE_SHORT = 1;
/** Kind of an oracle: Pyth's `PriceUpdateV2`. */
export const ORACLE_PULL = 0;
/** Kind of an oracle: Pyth's legacy price account. */
export const ORACLE_LEGACY = 1;
