//! Attributes that make several tests of one function.
//!
//! An attribute leaves the function as it is and adds a module of the same name with a `#[test]` for each set-up:
//!
//! ```text
//! #[on_both_databases]
//! async fn a_taken_name_is_refused(db: Database) { … }
//! ```
//!
//! makes the tests `a_taken_name_is_refused::sqlite` and `a_taken_name_is_refused::postgres`.

use proc_macro::TokenStream;
use proc_macro2::{Ident, Span};
use quote::quote;
use syn::{Error, ItemFn, Path, parse_quote};

/// Makes a test on SQLite and one on Postgres of an `async fn(azuma_tests::Database)`.
#[proc_macro_attribute]
pub fn on_both_databases(_: TokenStream, function: TokenStream) -> TokenStream {
    let set_ups = parse_quote!(::azuma_tests::database);
    tests(function, &set_ups, &["sqlite", "postgres"])
}

/// Makes a test on each kind of store of an `async fn(Arc<dyn Store>)`. The store is empty, and the test has it for
/// itself. For the contract of stores alone, whose `set_ups.rs` makes the stores.
#[proc_macro_attribute]
pub fn on_every_store(_: TokenStream, function: TokenStream) -> TokenStream {
    let set_ups = parse_quote!(crate::set_ups);
    let names = [
        "sqlite_in_memory",
        "sqlite_file",
        "sqlite_file_with_two_processes",
        "postgres",
        "postgres_with_two_nodes",
    ];
    tests(function, &set_ups, &names)
}

/// The function, and a test for each function of these names in `set_ups`, which runs the function it is given.
fn tests(function: TokenStream, set_ups: &Path, names: &[&str]) -> TokenStream {
    let function: ItemFn = match syn::parse(function) {
        Ok(function) => function,
        Err(error) => return error.into_compile_error().into(),
    };
    let signature = &function.sig;
    if signature.asyncness.is_none() || signature.inputs.len() != 1 {
        let error = "an `async fn` with one argument makes a test";
        return Error::new_spanned(signature, error)
            .into_compile_error()
            .into();
    }
    let name = &signature.ident;
    let set_up = names
        .iter()
        .map(|set_up| Ident::new(set_up, Span::call_site()));
    quote! {
        #function

        mod #name {
            #(
                #[test]
                fn #set_up() {
                    #set_ups::#set_up(super::#name);
                }
            )*
        }
    }
    .into()
}
