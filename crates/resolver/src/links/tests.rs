use super::*;
use crate::query::Query;

fn rule(text: &str) -> LinkRule {
    toml::from_str(text).unwrap()
}

const LEAFLET: &str = r#"
    level = "gtin"
    gtin = "9506000134352"
    link_type = "gs1:epil"
    href = "https://example.com/leaflet/{gtin}"
    title = "Packungsbeilage"
    hreflang = ["de"]
    type = "text/html"
    context = ["DE"]
"#;

fn fault(change: impl FnOnce(&mut LinkRule)) -> Option<RuleFault> {
    let mut rule = rule(LEAFLET);
    change(&mut rule);
    Links::new(vec![rule]).err().map(|error| error.fault)
}

fn of(rules: Vec<LinkRule>, path: &str) -> Vec<LevelLinks> {
    let identity = Identity::read(path, &Query::read("").unwrap(), 2026).unwrap();
    Links::new(rules).unwrap().of(&identity, &Root::read("https://id.example.org").unwrap())
}

fn hrefs(level: &LevelLinks, link_type: &str) -> Vec<String> {
    level.of_type(&LinkType::expand(link_type)).map(|link| link.href.clone()).collect()
}

#[test]
fn what_is_configured_wrongly_is_refused_with_its_reason() {
    assert_eq!(fault(|_| {}), None);
    assert_eq!(fault(|rule| rule.gtin = Some("9506000134353".into())), Some(RuleFault::Gtin));
    assert_eq!(fault(|rule| rule.prefix = Some("9506000".into())), Some(RuleFault::Prefix), "and a GTIN");
    assert_eq!(fault(|rule| rule.link_type = "gs1:leaflet".into()), Some(RuleFault::LinkType));
    assert_eq!(fault(|rule| rule.link_type = "gs1:defaultLink".into()), Some(RuleFault::Reserved));
    assert_eq!(fault(|rule| rule.title = " ".into()), Some(RuleFault::Title));
    assert_eq!(fault(|rule| rule.hreflang = vec!["es-419".into()]), Some(RuleFault::Language));
    assert_eq!(fault(|rule| rule.media_type = Some("html".into())), Some(RuleFault::MediaType));
    assert_eq!(fault(|rule| rule.context = vec!["a b".into()]), Some(RuleFault::Context));
    for href in [
        "",
        "example.com/a",
        "javascript:alert(1)",
        "https://",
        "https://ex ample.com/",
        "https://a/\r\nb",
        "https://a/<b>",
        "https://{lot}.example.com/",
        "https://example.com{lot}/",
        "https://a/{site}",
        "https://a/\"",
    ] {
        assert_eq!(fault(|rule| rule.href = href.into()), Some(RuleFault::Href), "{href:?}");
    }
    let many = vec![rule(LEAFLET); MAX_RULES + 1];
    assert_eq!(Links::new(many).err().map(|error| error.fault), Some(RuleFault::TooMany));
}

#[test]
fn a_misspelt_setting_of_a_link_is_refused() {
    assert!(toml::from_str::<LinkRule>(&format!("{LEAFLET}\nhreflnag = []")).is_err());
}

#[test]
fn the_default_of_a_pack_is_always_its_verification_page() {
    for level in [Level::Lot, Level::Serial] {
        let refused = fault(|rule| (rule.level, rule.default) = (level, DefaultKind::Single));
        assert_eq!(refused, Some(RuleFault::Default));
    }
    let mut product = rule(LEAFLET);
    product.default = DefaultKind::Single;
    let levels = of(vec![product], "/01/09506000134352/21/7");
    assert_eq!(
        hrefs(&levels[0], "gs1:defaultLink"),
        ["https://id.example.org/verify/01/09506000134352/21/7"]
    );
    assert_eq!(hrefs(&levels[1], "gs1:defaultLink"), ["https://example.com/leaflet/09506000134352"]);
    assert!(levels[0].own_default && !levels[1].own_default);
}

#[test]
fn the_most_special_default_is_the_one() {
    let with = |gtin: Option<&str>, prefix: Option<&str>, href: &str| LinkRule {
        gtin: gtin.map(Into::into),
        prefix: prefix.map(Into::into),
        href: href.into(),
        default: DefaultKind::Single,
        ..rule(LEAFLET)
    };
    let rules = vec![
        with(None, None, "https://all.example/"),
        with(None, Some("9506000"), "https://prefix.example/"),
        with(Some("09506000134352"), None, "https://gtin.example/"),
    ];
    assert_eq!(
        hrefs(&of(rules.clone(), "/01/09506000134352")[0], "gs1:defaultLink"),
        ["https://gtin.example/"]
    );
    assert_eq!(
        hrefs(&of(rules.clone(), "/01/09506000134376")[0], "gs1:defaultLink"),
        ["https://prefix.example/"]
    );
    assert_eq!(hrefs(&of(rules, "/01/05412345000013")[0], "gs1:defaultLink"), ["https://all.example/"]);
}

#[test]
fn values_are_encoded_in_an_address_and_a_request_without_one_does_not_have_the_link() {
    let lot = LinkRule {
        level: Level::Lot,
        gtin: None,
        href: "https://example.com/{gtin}/{lot}?s={serial}".into(),
        ..rule(LEAFLET)
    };
    let levels = of(vec![lot.clone()], "/01/09506000134352/10/A%2F%26B/21/7%25");
    assert_eq!(hrefs(&levels[1], "gs1:epil"), ["https://example.com/09506000134352/A%2F%26B?s=7%25"]);
    assert!(hrefs(&of(vec![lot], "/01/09506000134352/10/A")[0], "gs1:epil").is_empty());
}

#[test]
fn the_service_of_lightweight_messaging_is_there_where_a_serial_is() {
    let levels = of(vec![], "/01/09506000134352/10/A/21/7");
    let service = "https://id.example.org/verification-service/01/09506000134352/10/A/21/7";
    assert_eq!(hrefs(&levels[0], "gs1:verificationService"), [service]);
    assert!(levels[1..].iter().all(|level| hrefs(level, "gs1:verificationService").is_empty()));
}

#[test]
fn links_keep_the_order_of_the_configuration_whatever_they_are_for() {
    let with = |gtin: Option<&str>, prefix: Option<&str>, href: &str| LinkRule {
        gtin: gtin.map(Into::into),
        prefix: prefix.map(Into::into),
        href: href.into(),
        ..rule(LEAFLET)
    };
    let rules = vec![
        with(None, Some("9506"), "https://a.example/"),
        with(Some("9506000134352"), None, "https://b.example/"),
        with(None, None, "https://c.example/"),
        with(None, Some("9507"), "https://d.example/"),
        with(Some("9506000134376"), None, "https://e.example/"),
        with(None, Some("950600013435"), "https://f.example/"),
    ];
    let found = hrefs(&of(rules, "/01/09506000134352")[0], "gs1:epil");
    assert_eq!(
        found,
        ["https://a.example/", "https://b.example/", "https://c.example/", "https://f.example/"]
    );
}
