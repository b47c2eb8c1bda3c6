/// Why a contract does not even look at a call: what every contract of a deployment refuses with.
///
/// Each contract's `Error` has these variants, under the same indices, before its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The deployment is in set-up.
    InSetUp,
    /// State changes of the contract are stopped.
    Paused,
    /// The contract `access` gives no answer.
    AccessUnavailable,
    /// The caller lacks the role.
    CallerNotAuthorised,
    /// The caller does not act for the site.
    CallerNotAtSite,
}

/// Declares a contract's `Error`, or an error of another name: the variants of [`Refused`], and its own, whose indices
/// begin at 10.
macro_rules! errors {
    ($doc:literal: $($rest:tt)*) => { $crate::refused::errors! { Error, $doc: $($rest)* } };
    (
        $error:ident, $doc:literal:
        $($(#[doc = $variant_doc:literal])* $variant:ident = $index:literal,)*
    ) => {
        #[doc = $doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
        #[cfg_attr(feature = "std", derive(Hash, scale_info::TypeInfo))]
        pub enum $error {
            /// The deployment is in set-up: nothing can be registered, and no goods move, until that ends.
            InSetUp = 0,
            /// State changes of this contract are stopped.
            Paused = 1,
            /// The contract `access`, which knows who may do what, gives no answer.
            AccessUnavailable = 2,
            /// The caller lacks the role that this needs, or acts for another organisation than the one that may do it.
            CallerNotAuthorised = 3,
            /// The caller does not act for this site: the site is of another organisation, or the account is limited to
            /// another site.
            CallerNotAtSite = 4,
            $($(#[doc = $variant_doc])* $variant = $index,)*
        }

        impl From<$crate::Refused> for $error {
            fn from(refused: $crate::Refused) -> Self {
                match refused {
                    $crate::Refused::InSetUp => $error::InSetUp,
                    $crate::Refused::Paused => $error::Paused,
                    $crate::Refused::AccessUnavailable => $error::AccessUnavailable,
                    $crate::Refused::CallerNotAuthorised => $error::CallerNotAuthorised,
                    $crate::Refused::CallerNotAtSite => $error::CallerNotAtSite,
                }
            }
        }

        #[cfg(feature = "std")]
        impl $error {
            /// Every error, in the order of the indices.
            pub const ALL: &'static [$error] = &[
                $error::InSetUp,
                $error::Paused,
                $error::AccessUnavailable,
                $error::CallerNotAuthorised,
                $error::CallerNotAtSite,
                $($error::$variant,)*
            ];
        }
    };
}
pub(crate) use errors;
