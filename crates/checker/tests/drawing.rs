//! The page of a history.

use azuma_checker::history::{Answer, Event, Moment, Request};
use azuma_checker::{History, check, draw};

fn history() -> History {
    let event = Event {
        client: 0,
        node: 0,
        asked: Moment(1),
        answered: Moment(2),
        token: None,
        request: Request::LogOut,
        answer: Answer::Failed("</script> is no row".to_owned()),
    };
    History {
        events: vec![event],
        ..History::default()
    }
}

#[test]
fn a_page_names_what_is_impossible_and_links_to_it() {
    let history = history();
    let page = draw(&history, &check(&history));
    assert!(page.contains("<strong>NothingFails</strong>"), "{page}");
    assert!(page.contains(r##"<a href="#0">0</a>"##), "{page}");
}

#[test]
fn what_a_server_says_is_text_on_the_page() {
    let history = history();
    let page = draw(&history, &check(&history));
    assert_eq!(
        page.matches("</script>").count(),
        2,
        "those of the page alone"
    );
    assert!(page.contains("&lt;/script&gt; is no row"), "{page}");
}

#[test]
fn a_page_needs_nothing_from_elsewhere() {
    let page = draw(&history(), &[]);
    assert!(!page.contains("http") && !page.contains(" src="), "{page}");
}
