use crate::user::{Change, Icon, InvalidIcon, InvalidStatus, Status};

#[test]
fn an_icon_has_at_most_2048_bytes_and_no_nul() {
    assert_eq!(Icon::parse("").unwrap().as_str(), "");
    assert!(Icon::parse(&"é".repeat(1_024)).is_ok());
    assert_eq!(Icon::parse(&"é".repeat(1_025)), Err(InvalidIcon));
    assert_eq!(Icon::parse("icon\0"), Err(InvalidIcon));
}

#[test]
fn a_status_has_at_most_256_characters_and_no_nul() {
    assert_eq!(Status::parse("").unwrap().as_str(), "");
    assert!(Status::parse(&"𝄞".repeat(256)).is_ok());
    assert_eq!(Status::parse(&"s".repeat(257)), Err(InvalidStatus));
    assert_eq!(Status::parse("\0"), Err(InvalidStatus));
}

#[test]
fn a_change_is_parsed_only_where_something_is_set() {
    let parse = |text: &str| Status::parse(text);
    assert_eq!(Change::Keep.try_map(parse), Ok(Change::Keep));
    assert_eq!(Change::Clear.try_map(parse), Ok(Change::Clear));
    assert_eq!(
        Change::Set("s").try_map(parse),
        Ok(Change::Set(Status::parse("s").unwrap()))
    );
    assert_eq!(Change::Set("\0").try_map(parse), Err(InvalidStatus));
}
