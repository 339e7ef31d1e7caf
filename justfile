# Every command that a person or CI runs. `just` alone lists them.

_list:
    @just --list

# What CI runs, in the same order.
check:
    bash .ci/run

# All tests, docs' and README's programs included.
test:
    cargo test

# The compile-fail cases alone.
ui:
    cargo test -p recount-tests --test ui

# Writes what the ui and snapshot tests expect anew; review the diff as code.
bless:
    INSTA_UPDATE=always cargo test -p recount-macros
    TRYBUILD=overwrite cargo test -p recount-tests --test ui
    RECOUNT_BLESS=1 cargo test -p recount-tests --test conformance

# One item's expansion: `just expand Deposited -p recount-examples --example bank`.
expand NAME *ARGS:
    RECOUNT_EXPAND={{NAME}} cargo check {{ARGS}}

# A trace as OpenTelemetry has it.
telemetry:
    cargo run --example telemetry

# The docs as users read them.
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --workspace --all-features

# A short day of the example bank.
bank:
    cargo run --example bank

# A year of the real bank, from the directory of its tables.
year TABLES:
    cargo run --release --example bank -- {{TABLES}}

# The whole runtime under seeds from SEED on, with lost answers, crashes and clocks that jump, until one fails or MINUTES have passed.
simulate SEED="0" STEPS="150" MINUTES="10":
    cargo run --release -p recount-tests --example simulate -- {{SEED}} {{STEPS}} {{MINUTES}}

# What reads events, killed at seeded steps and started again, seed after seed from SEED on, until one fails or MINUTES have passed; for no
# minutes one seed. ONLY is where the name of a kind begins: views, rebuilds, sqlite, publishers, subscriptions.
crash SEED="0" MINUTES="10" ONLY="":
    cargo run --release -p recount-tests --example crash -- {{SEED}} {{MINUTES}} "{{ONLY}}"

# Licences, duplicate versions, advisories; needs cargo-deny.
deny:
    cargo deny check

# What decoding costs against bare serde_json: times as ratios, then allocations. About a minute.
bench-decode:
    cargo run --profile bench -p recount-bench --bin decode
    cargo run --profile bench -p recount-bench --bin allocations

# What forty events of three versions cost to compile against 120 structs written by hand. Some minutes.
bench-compile BUILDS="5":
    cargo run --profile bench -p recount-bench --bin compile -- {{BUILDS}}

# What a durable append costs against one write and one sync of the disk, for 1 to 1024 callers. Under a minute; wants an idle machine.
bench-append:
    cargo run --profile bench -p recount-bench --bin append

# What `schema_test!` takes over two hundred events of three versions, in release and in debug. Some minutes, nearly all of them to compile.
bench-schema EVENTS="200":
    cargo run --profile bench -p recount-bench --bin schema -- {{EVENTS}}

# What a command costs against a bare append of the same bytes to the same store. Two minutes; wants an idle machine.
bench-commands *ONLY:
    cargo run --profile bench -p recount-bench --bin commands -- {{ONLY}}

# What building a view anew costs against decoding its events, and how far a view is behind durable commands. A minute or two; wants an idle machine.
bench-read EVENTS="1000000" *ONLY:
    cargo run --profile bench -p recount-bench --features sqlite --bin read -- {{EVENTS}} {{ONLY}}

# What policies, processes and publishers handle in a second, against bare commands to the same store. A minute or two; wants an idle machine.
bench-react EVENTS="20000" *ONLY:
    cargo run --profile bench -p recount-bench --bin react -- {{EVENTS}} {{ONLY}}

# Commands per second and latency beside other frameworks, which this compiles: many minutes the first time, then about five. With PostgreSQL
# where DATABASE_URL is set. Wants an idle machine.
bench-peers ROUNDS="7" *ONLY:
    cargo run --profile bench --manifest-path bench/peers/Cargo.toml -- {{ROUNDS}} {{ONLY}}
