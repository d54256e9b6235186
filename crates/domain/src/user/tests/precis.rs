use precis_core::profile::{PrecisFastInvocation, stabilize};
use precis_profiles::{OpaqueString, UsernameCaseMapped, UsernameCasePreserved};
use proptest::prelude::*;

use super::text;
use crate::user::precis::{AtMost, TextProfile, enforce};

/// The profile's own `enforce`, repeated until nothing changes.
fn is_enforced_as_by_the_profile<P: TextProfile + PrecisFastInvocation>(text: &str) -> bool {
    let enforced = enforce::<P>(text, AtMost::Bytes(1_000));
    enforced.ok() == stabilize(text, |text| P::enforce(text)).ok()
}

#[test]
fn every_letter_of_ascii_is_enforced_as_by_the_profile() {
    for character in '\0'..='\u{7f}' {
        for text in [String::from(character), format!("a{character}b")] {
            assert!(
                is_enforced_as_by_the_profile::<OpaqueString>(&text),
                "{text:?}"
            );
            assert!(
                is_enforced_as_by_the_profile::<UsernameCasePreserved>(&text),
                "{text:?}"
            );
            let lower = text.to_lowercase();
            assert!(
                is_enforced_as_by_the_profile::<UsernameCaseMapped>(&lower),
                "{text:?}"
            );
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_enforced_as_by_the_profile(text in text(12)) {
        prop_assert!(is_enforced_as_by_the_profile::<OpaqueString>(&text));
        prop_assert!(is_enforced_as_by_the_profile::<UsernameCasePreserved>(&text));
        prop_assert!(is_enforced_as_by_the_profile::<UsernameCaseMapped>(&text.to_lowercase()));
    }
}
