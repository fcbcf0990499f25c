//! A group as a client that has read all of it sees it.

use breakwater_client::view::View;

use super::World;

impl World {
    /// The board, all banks and all markets, at this slot and time.
    pub async fn view(&mut self) -> View {
        let mut view = View::new(&self.board().await, (self.chain.slot(), self.chain.now()));
        for token in self.tokens.clone() {
            let bank = self.chain.state(&token.keys.bank).await;
            view.put_bank(&token.keys.bank, &bank).expect("a bank of the group");
        }
        for address in self.perps.iter().map(|perp| perp.market).collect::<Vec<_>>() {
            let market = self.chain.state(&address).await;
            view.put_market(&address, &market).expect("a market of the group");
        }
        view
    }
}
