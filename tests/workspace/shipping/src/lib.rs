//! Parcels.

/// What can happen to a parcel.
#[recount::events(prefix = "parcel")]
#[derive(Debug, Clone, PartialEq)]
pub enum ParcelEvent {
    /// It has left the house.
    Sent {
        /// By whom.
        carrier: String,
    },
    /// It came back.
    Returned,
}
