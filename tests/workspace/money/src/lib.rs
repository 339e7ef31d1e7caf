//! Money as one crate of a workspace holds it for the others, before and after somebody edited it in place.

/// The last release.
pub mod before {
    /// An amount.
    #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, recount::Schema)]
    pub struct Money {
        /// In hundredths.
        pub cents: i64,
        /// A code of three letters.
        pub currency: String,
    }
}

/// This one.
pub mod after {
    /// An amount.
    #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, recount::Schema)]
    pub struct Money {
        /// In hundredths.
        pub cents: i32,
        /// A code of three letters.
        pub currency: String,
    }
}
