//! The shop as its customers meet it: over HTTP on loopback, with a bank that is late, and with a `kill -9` in the middle.

mod run;

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::{Value, json};
use ureq::http::Response;
use ureq::{Agent, Body};

/// A shop that runs; it is killed when it is dropped, as by the loss of power.
struct Shop {
    process: Child,
    url: String,
    agent: Agent,
}

impl Shop {
    fn open(directory: &Path) -> Self {
        let mut cargo = run::command("shop", &[&directory.to_string_lossy(), "127.0.0.1:0"]);
        let mut process = cargo
            .env("SHOP_DEBUG", "1")
            .stdout(Stdio::piped())
            .spawn()
            .expect("cargo runs");
        let mut url = String::new();
        let stdout = process.stdout.take().expect("it is piped");
        BufReader::new(stdout).read_line(&mut url).expect("a line");
        assert!(url.starts_with("http://"), "the shop did not open: {url}");
        let agent = Agent::config_builder().http_status_as_error(false).build().into();
        let url = url.trim().to_owned();
        Self { process, url, agent }
    }

    fn get(&self, path: &str) -> Answer {
        let answer = self.agent.get(format!("{}{path}", self.url)).call();
        Answer::of(answer.expect("an answer"))
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        self.try_send(method, path, headers, body).expect("an answer")
    }

    fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Result<Answer, ureq::Error> {
        let url = format!("{}{path}", self.url);
        let mut request = if method == "PUT" {
            self.agent.put(url)
        } else {
            self.agent.post(url)
        };
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        // A body that nobody reads would end the connection, now or later.
        let answer = if body.is_null() {
            request.send_empty()
        } else {
            request.send_json(body)
        };
        answer.map(Answer::of)
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[], body)
    }

    /// Nothing is left to do until somebody asks for something, or time passes.
    fn settle(&self) {
        let settled = self.post("/debug/settle", &Value::Null);
        assert_eq!(settled.status, 204, "{}", settled.json);
    }

    fn state(&self, order: &str) -> Value {
        self.get(&format!("/orders/{order}")).json["state"].clone()
    }

    fn place(&self, order: &str, lines: &Value) -> Answer {
        let body = json!({ "customer": "Ada", "lines": lines });
        self.send("PUT", &format!("/orders/{order}"), &[], &body)
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it has ended");
    }
}

struct Answer {
    status: u16,
    e_tag: String,
    content: String,
    json: Value,
}

impl Answer {
    fn of(mut answer: Response<Body>) -> Self {
        let header = |name: &str| {
            let value = answer.headers().get(name);
            value.map_or("", |value| value.to_str().expect("text")).to_owned()
        };
        let (e_tag, content) = (header("etag"), header("content-type"));
        let body = answer.body_mut().read_to_string().expect("a body");
        Self {
            status: answer.status().as_u16(),
            e_tag,
            content,
            json: serde_json::from_str(&body).unwrap_or(Value::Null),
        }
    }

    fn problem(&self) -> (u16, &str) {
        assert_eq!(self.content, "application/problem+json");
        (self.status, self.json["type"].as_str().expect("a type"))
    }
}

fn directory() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory")
}

fn line(sku: &str, quantity: u32) -> Value {
    json!({ "sku": sku, "quantity": quantity, "price": 250 })
}

#[test]
fn an_order_is_shipped() {
    let directory = directory();
    let shop = Shop::open(directory.path());
    assert_eq!(shop.post("/stock/tea", &json!({ "quantity": 5 })).status, 200);
    assert_eq!(shop.post("/stock/cup", &json!({ "quantity": 1 })).status, 200);
    let placed = shop.place("o-1", &json!([line("tea", 2), line("cup", 1)]));
    assert_eq!((placed.status, placed.e_tag.as_str()), (201, "\"1\""));
    shop.settle();
    assert_eq!(shop.get("/stock").json, json!({ "cup": 0, "tea": 3 }));
    assert_eq!(shop.state("o-1"), json!({ "state": "open" }));
    assert_eq!(shop.post("/payments/o-1/settle", &Value::Null).status, 200);
    shop.settle();
    assert_eq!(shop.state("o-1"), json!({ "state": "shipped" }));
    let rows = shop.get("/orders").json;
    assert_eq!(
        rows[0],
        json!({ "id": "o-1", "customer": "Ada", "total": 750, "state": "shipped" })
    );
}

#[test]
fn whatever_goes_wrong_gives_everything_back() {
    let directory = directory();
    let shop = Shop::open(directory.path());
    shop.post("/stock/tea", &json!({ "quantity": 5 }));
    shop.post("/stock/cup", &json!({ "quantity": 1 }));
    let all = json!({ "cup": 1, "tea": 5 });

    shop.place("too-much", &json!([line("tea", 2), line("cup", 2)]));
    shop.settle();
    let why = "cancelled: 1 of `cup` are left, 2 were asked for";
    assert_eq!(shop.get("/orders").json[0]["state"], why);
    assert_eq!(shop.get("/stock").json, all);

    shop.place("declined", &json!([line("tea", 5)]));
    shop.settle();
    assert_eq!(shop.get("/stock").json["tea"], 0);
    shop.post("/payments/declined/decline", &json!({ "reason": "no money" }));
    shop.settle();
    assert_eq!(shop.get("/stock").json, all);

    shop.place("late", &json!([line("tea", 1)]));
    shop.settle();
    shop.post("/debug/clock", &json!({ "seconds": 14 * 60 }));
    shop.settle();
    assert_eq!(shop.get("/stock").json["tea"], 4);
    shop.post("/debug/clock", &json!({ "seconds": 61 }));
    shop.settle();
    let state = json!({ "state": "cancelled", "reason": "the bank did not answer in time" });
    assert_eq!(shop.state("late"), state);
    assert_eq!(shop.get("/stock").json, all);
    // The bank wakes up too late.
    let late = shop.post("/payments/late/settle", &Value::Null);
    assert_eq!(late.problem(), (422, "rejected"));
}

#[test]
fn answers_are_those_of_http() {
    let directory = directory();
    let shop = Shop::open(directory.path());
    shop.post("/stock/tea", &json!({ "quantity": 5 }));
    assert_eq!(shop.get("/orders/nobody").problem(), (404, "not-found"));
    assert_eq!(shop.place("empty", &json!([])).problem(), (422, "rejected"));

    let key = [("idempotency-key", "cart-7")];
    let body = json!({ "customer": "Ada", "lines": [line("tea", 1)] });
    let first = shop.send("PUT", "/orders/o-1", &key, &body);
    let again = shop.send("PUT", "/orders/o-1", &key, &body);
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(
        (&first.json["repeated"], &again.json["repeated"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(first.json["position"], again.json["position"]);
    let other = json!({ "customer": "Bob", "lines": [line("tea", 1)] });
    let other = shop.send("PUT", "/orders/o-1", &key, &other);
    assert_eq!(other.problem(), (422, "idempotency-key-reused"));
    assert_eq!(
        shop.send("PUT", "/orders/o-1", &[], &body).problem(),
        (409, "already-exists")
    );

    let because = json!({ "reason": "changed my mind" });
    let tag = shop.get("/orders/o-1").e_tag;
    let stale = shop.send("POST", "/orders/o-1/cancel", &[("if-match", "\"7\"")], &because);
    assert_eq!(stale.problem(), (412, "changed"));
    let broken = shop.send("POST", "/orders/o-1/cancel", &[("if-match", "seven")], &because);
    assert_eq!(broken.problem(), (400, "bad-request"));
    let cancelled = shop.send("POST", "/orders/o-1/cancel", &[("if-match", &tag)], &because);
    assert_eq!((cancelled.status, cancelled.e_tag.as_str()), (200, "\"2\""));
}

/// The changes of the view as a browser sees them, and as it asks for them again after its connection broke.
#[test]
fn changes_are_sent_as_they_come() {
    let directory = directory();
    let shop = Shop::open(directory.path());
    shop.post("/stock/tea", &json!({ "quantity": 5 }));
    shop.place("o-1", &json!([line("tea", 1)]));
    let mut changes = Changes::of(&shop, None);
    let (first, row) = changes.next();
    assert_eq!((&row["id"], &row["total"]), (&json!("o-1"), &json!(250)));
    shop.place("o-2", &json!([line("tea", 1)]));
    assert_eq!(changes.next().1["id"], "o-2");
    drop(changes);
    let mut changes = Changes::of(&shop, Some(&first));
    assert_eq!(changes.next().1["id"], "o-2");
}

/// Server-sent events, one after the other.
struct Changes(BufReader<Box<dyn Read>>);

impl Changes {
    fn of(shop: &Shop, seen: Option<&str>) -> Self {
        let mut request = shop.agent.get(format!("{}/orders/changes", shop.url));
        if let Some(seen) = seen {
            request = request.header("last-event-id", seen);
        }
        let body = request.call().expect("an answer").into_body();
        Self(BufReader::new(Box::new(body.into_reader())))
    }

    fn next(&mut self) -> (String, Value) {
        let (mut id, mut data) = (String::new(), Value::Null);
        loop {
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).expect("a line") > 0, "the stream has ended");
            match line.trim_end().split_once(": ") {
                Some(("id", value)) => value.clone_into(&mut id),
                Some(("data", value)) => data = serde_json::from_str(value).expect("JSON"),
                None if line == "\n" && !id.is_empty() => return (id, data),
                _ => {}
            }
        }
    }
}

/// Orders are placed while the shop is killed again and again, each time at another step of the process. Whoever got no answer asks again
/// under the same key. In the end each order is shipped or cancelled, once, and the stock adds up.
#[test]
fn nothing_is_lost_by_a_kill_in_the_middle() {
    let directory = directory();
    let (stock, orders) = (20, 24);
    drop({
        let shop = Shop::open(directory.path());
        shop.post("/stock/tea", &json!({ "quantity": stock }));
        shop
    });
    for round in 0..6_u64 {
        let shop = Shop::open(directory.path());
        for order in 0..4 {
            let id = format!("o-{}", round * 4 + order);
            let body = json!({ "customer": "Ada", "lines": [line("tea", 1)] });
            let placed = shop.send("PUT", &format!("/orders/{id}"), &[("idempotency-key", "place")], &body);
            assert_eq!(placed.status, 201, "{}", placed.json);
        }
        // How far the process has come when the power goes is another step in each round.
        for _ in 0..round {
            shop.get("/status");
        }
    }
    let shop = Shop::open(directory.path());
    shop.settle();
    for order in 0..orders {
        let settled = shop.send(
            "POST",
            &format!("/payments/o-{order}/settle"),
            &[("idempotency-key", "pay")],
            &Value::Null,
        );
        assert!([200, 404].contains(&settled.status), "{}", settled.json);
    }
    drop(shop);
    let shop = Shop::open(directory.path());
    shop.settle();
    let rows = shop.get("/orders").json;
    let rows = rows.as_array().expect("a list");
    let shipped = rows.iter().filter(|row| row["state"] == "shipped").count();
    let cancelled = rows.iter().filter(|row| {
        row["state"]
            .as_str()
            .is_some_and(|state| state.starts_with("cancelled"))
    });
    assert_eq!(
        (rows.len(), shipped, cancelled.count()),
        (orders, stock, orders - stock)
    );
    assert_eq!(shop.get("/stock").json["tea"], 0);
}
