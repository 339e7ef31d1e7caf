//! The telemetry example shows a command that conflicts, and its spans.

mod run;

use run::stdout;

#[test]
fn a_trace_is_shown() {
    let directory = tempfile::tempdir().expect("a directory");
    let shown = stdout(&run::example("telemetry", directory.path(), &[]));
    let names: Vec<_> = shown
        .lines()
        .map(|line| line.split("  (").next().unwrap_or_default())
        .collect();
    assert_eq!(
        names,
        [
            "POST /withdrawals",
            "  recount.execute stream=account/acc-101 command=deposit version=3 outcome=committed attempts=2",
            "    ! deciding again attempt=2",
            "    recount.append stream=account/acc-101 streams=1 events=1 expected=1 attempt=1",
            "      ! the stream has moved in between stream=account/acc-101 actual=2 attempt=1",
            "    recount.fold stream=account/acc-101 from=0 version=2 events=2",
            "    recount.append stream=account/acc-101 streams=1 events=1 expected=2 attempt=2 position=3",
            "  recount.execute stream=account/acc-101 command=withdraw outcome=rejected attempts=1",
            "    recount.fold stream=account/acc-101 from=3 version=3 events=0",
        ],
        "{shown}"
    );
}
