//! The events of three crates against one lock: it lies above all of them, where each crate's own check in the compiler finds it.

recount::schema_test!(
    dir = "workspace",
    recount_tests_billing::InvoiceEvent,
    recount_tests_orders::OrderEvent,
    recount_tests_shipping::ParcelEvent,
);
