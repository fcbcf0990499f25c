//! Oracle accounts as Pyth's own crates write them.

use breakwater_client::decode::discriminator;
use pyth_sdk_solana::state::{PriceStatus, SolanaPriceAccount};
use pyth_solana_receiver_sdk::price_update::{PriceFeedMessage, PriceUpdateV2, VerificationLevel};

/// What the receiver program stores: Anchor's discriminator of the name, then Borsh, in the space that it allots.
pub fn receiver_bytes(update: &PriceUpdateV2) -> Vec<u8> {
    let mut data = discriminator("account", "PriceUpdateV2").to_vec();
    data.extend(solana_program::instruction::Instruction::new_with_borsh(Default::default(), update, vec![]).data);
    data.resize(PriceUpdateV2::LEN, 0);
    data
}

/// A sound update of a feed: $150.12345678 ± 0.07654321.
pub fn update(feed_id: [u8; 32], publish_time: i64, verification_level: VerificationLevel) -> PriceUpdateV2 {
    PriceUpdateV2 {
        write_authority: [3; 32].into(),
        verification_level,
        price_message: PriceFeedMessage {
            feed_id,
            price: 15_012_345_678,
            conf: 7_654_321,
            exponent: -8,
            publish_time,
            prev_publish_time: publish_time - 1,
            ema_price: 14_987_654_321,
            ema_conf: 8_765_432,
        },
        posted_slot: 296_061_666,
    }
}

/// A sound legacy account that trades at $150, and traded at $148 three seconds before.
pub fn legacy_account(publish_time: i64) -> SolanaPriceAccount {
    let mut account = SolanaPriceAccount { magic: 0xa1b2_c3d4, ver: 2, atype: 3, expo: -8, ..Default::default() };
    account.size = size_of::<SolanaPriceAccount>() as u32;
    account.agg.price = 15_000_000_000;
    account.agg.conf = 10_000_000;
    account.agg.status = PriceStatus::Trading;
    account.timestamp = publish_time;
    account.ema_price.val = 14_900_000_000;
    account.prev_price = 14_800_000_000;
    account.prev_conf = 20_000_000;
    account.prev_timestamp = publish_time - 3;
    account
}
