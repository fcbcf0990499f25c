use super::settings::default_least_lamports;
use super::*;

fn parse(text: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::parse(text, variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

fn refused(text: &str, variables: &[(&str, &str)]) -> String {
    parse(text, variables).expect_err("it is refused").0
}

#[test]
fn the_example_is_a_configuration_with_every_default() {
    let config = parse(EXAMPLE, &[]).expect("the example is good");
    assert_eq!(config.cluster.name, Chain::Localnet);
    assert_eq!(config.websocket(), "ws://127.0.0.1:8900");
    assert_eq!(config.send, SendSettings::default());
    assert_eq!(config.keeper.least_lamports, default_least_lamports());
    assert!(config.metrics.listen.is_none());
}

#[test]
fn every_commented_key_of_the_example_is_good_too() {
    let is_key = |line: &&str| line.starts_with("# ") && line.contains(" = ");
    let text: String = EXAMPLE
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|_| is_key(&line)).unwrap_or(line))
        .fold(String::new(), |text, line| text + line + "\n");
    let config = parse(&text, &[]).expect("the keys are good");
    assert_eq!(config.feeds().map(|feeds| feeds.len()), Ok(1));
    assert_eq!(config.held(), Ok(BTreeMap::from([(0, 1_000_000_000)])));
    assert_eq!(config.send.sol_token, Some(1));
    assert!(config.metrics.listen.is_some());
}

#[test]
fn the_environment_wins() {
    let variables = [
        ("BREAKWATER_KEEPER_CLUSTER_URL", "https://node.example"),
        ("BREAKWATER_KEEPER_SEND_IN_FLIGHT", "3"),
        ("BREAKWATER_KEEPER_METRICS_LISTEN", "127.0.0.1:1"),
        ("BREAKWATER_KEEPER_INVENTORY_HOLD", "{ 2 = 5 }"),
        ("PATH", "/bin"),
    ];
    let config = parse(EXAMPLE, &variables).expect("the configuration is good");
    assert_eq!(config.cluster.url, "https://node.example");
    assert_eq!(config.websocket(), "wss://node.example");
    assert_eq!(config.send.in_flight, 3);
    assert_eq!(config.held(), Ok(BTreeMap::from([(2, 5)])));
}

#[test]
fn a_mistake_names_its_place() {
    let with = |from: &str, to: &str| EXAMPLE.replacen(from, to, 1);
    let cases = [
        (with("[cluster]", "[cluster"), "line 4"),
        (with("in_flight = 16", "in_flight = 0"), "send.in_flight must be 1 to 256"),
        (with("in_flight = 16", "in_flite = 8"), "unknown field `in_flite`"),
        (with("http://127.0.0.1:8899", "127.0.0.1:8899"), "cluster.url"),
        (with("# ws_url = \"ws://", "ws_url = \"http://"), "cluster.ws_url"),
        (with("\"11111111111111111111111111111111\"", "\"1111\""), "`1111` is no address"),
        (with("\"localnet\"", "\"mainnet\""), "unknown variant `mainnet`"),
        (with("price_percentile = 75", "price_percentile = 101"), "send.price_percentile"),
        (with("most_fee_bps = 5_000", "most_fee_bps = 10_001"), "send.most_fee_bps"),
        (with("rebroadcast_ms = 1_000", "rebroadcast_ms = 1"), "send.rebroadcast_ms"),
        (with("scan_ms = 1_000", "scan_ms = 0"), "book: "),
        (with("net_secs = 10", "net_secs = 0"), "inventory.net_secs"),
        (with("# hold = { \"0\"", "hold = { \"USDC\""), "`USDC` is no number of a token"),
        (with("# accounts = { \"0\"", "accounts = { \"x\""), "`x` is no number of a feed"),
        (with("account = 0", "account = 65_536"), "invalid value"),
        (String::new(), "missing field `cluster`"),
    ];
    for (text, fact) in cases {
        let sentence = refused(&text, &[]);
        assert!(sentence.contains(fact), "{fact}: {sentence}");
        assert!(!sentence.contains('\n'), "{sentence}");
    }
}

#[test]
fn a_variable_that_names_nothing_is_refused() {
    for (name, fact) in [
        ("BREAKWATER_KEEPER_SEND", "names no key"),
        ("BREAKWATER_KEEPER_SEND_", "names no key"),
        ("BREAKWATER_KEEPER_SEND_SPEED", "unknown field `speed`"),
        ("BREAKWATER_KEEPER_SALES_TAX", "unknown field `sales`"),
    ] {
        let sentence = refused(EXAMPLE, &[(name, "1")]);
        assert!(sentence.contains(fact), "{sentence}");
    }
}

#[test]
fn a_file_that_is_not_there_is_one_sentence_with_what_to_do() {
    let sentence = Config::load(Path::new("/no/keeper.toml"), std::iter::empty()).expect_err("it is missing").0;
    assert!(sentence.starts_with("--config /no/keeper.toml: ") && sentence.contains("keeper init"), "{sentence}");
}
