//! What a route costs a month, before anything is deployed: list prices times what `infra/template.yaml` does.
//!
//! Free tiers, discounts and taxes are left out, and so are the messages themselves, which cost thousands of times more.

pub(crate) mod prices;

use self::prices::Prices;

/// What is sent, and how it is collected.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) messages_per_day: f64,
    pub(crate) events_per_message: f64,
    /// Bytes of an event's JSON.
    pub(crate) event_bytes: f64,
    /// Seconds that a batch is collected.
    pub(crate) batch_window: f64,
    /// Messages of a batch at most.
    pub(crate) batch_size: f64,
    /// Of the function.
    pub(crate) memory_mb: f64,
}

/// A way of events to the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Sns,
    Firehose,
    Logs,
    EventBridge,
    S3,
}

/// Dollars a month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cost {
    /// Of the services that carry events to the function.
    pub(crate) carrying: f64,
    /// Of the function's invocations, its time, and its log.
    pub(crate) function: f64,
    /// Of files that are put into the lake, and of one month's events that lie there for a month.
    pub(crate) lake: f64,
    /// Of metrics, alarms and the dashboard.
    pub(crate) watching: f64,
}

/// Days of a month.
const DAYS: f64 = 30.0;
/// Bytes of a gigabyte, as AWS bills it.
const GB: f64 = 1_073_741_824.0;
/// Bytes of the largest payload of a synchronous invocation.
const PAYLOAD: f64 = 6_291_456.0;
/// Bytes that SNS and SQS put around an event, about.
const WRAPPED: f64 = 1_600.0;
/// Bytes that CloudWatch Logs adds to an event when it bills.
const LOG_OVERHEAD: f64 = 26.0;
/// Bytes of Firehose's buffer before the function, and the steps in which it bills a record.
const FIREHOSE_BUFFER: f64 = 3_145_728.0;
const FIREHOSE_STEP: f64 = 5_120.0;
/// Seconds of an invocation whatever its batch, nearly all for the put; and those for one event more at 1 GB of memory.
const INVOCATION_SECONDS: f64 = 0.08;
const EVENT_SECONDS: f64 = 0.000_008;
/// Bytes that an invocation logs: a line, and one of metrics.
const LOGGED: f64 = 2_048.0;
/// Files that a batch makes: of one channel and day mostly, of two at midnight, after a late receipt, or with voice.
const FILES: f64 = 2.0;
/// Bytes of an event in a lake (crates/smsvoice-lake/README.md).
const STORED: f64 = 45.0;
/// Seconds that CloudWatch Logs collects for a subscription.
const LOGS_WINDOW: f64 = 5.0;
/// Pollers that Lambda holds ready for a queue, and seconds of an empty receive.
const POLLERS: f64 = 5.0;
const EMPTY_RECEIVE: f64 = 20.0;
/// What watches in the template: metrics that the function writes in every invocation, alarms, dashboards.
const METRICS: f64 = 24.0;
const ALARMS: f64 = 12.0;
const STREAM_ALARMS: f64 = 1.0;

impl Route {
    pub(crate) const ALL: [Self; 5] = [Self::Sns, Self::Firehose, Self::Logs, Self::EventBridge, Self::S3];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Sns => "sns",
            Self::Firehose => "firehose",
            Self::Logs => "logs",
            Self::EventBridge => "eventbridge",
            Self::S3 => "s3",
        }
    }

    /// What it costs to bring these events into a lake.
    pub(crate) fn cost(self, load: &Load, prices: &Prices) -> Cost {
        let events = load.events();
        let invocations = self.invocations(load);
        let seconds = invocations * INVOCATION_SECONDS + events * EVENT_SECONDS * 1_024.0 / load.memory_mb;
        Cost {
            carrying: self.carrying(load, prices),
            function: invocations / 1e6 * prices.lambda_requests
                + seconds * load.memory_mb / 1_024.0 * prices.lambda_gb_second
                + invocations * LOGGED / GB * prices.logs_gb,
            lake: invocations * FILES / 1_000.0 * prices.s3_puts + events * STORED / GB * prices.s3_gb_month,
            watching: METRICS * prices.metric
                + (ALARMS + if self == Self::Firehose { STREAM_ALARMS } else { 0.0 }) * prices.alarm
                + prices.dashboard,
        }
    }

    /// Files that are put into the lake a day.
    pub(crate) fn files_a_day(self, load: &Load) -> f64 {
        self.invocations(load) * FILES / DAYS
    }

    /// Invocations a month: as many as batches are full, or as windows in which something comes.
    fn invocations(self, load: &Load) -> f64 {
        // A window begins with the first event of a batch, for which it waits.
        let period = DAYS * 86_400.0;
        let windows = |seconds: f64| period / (seconds + period / load.events());
        let filled = |bytes: f64| load.events() / (PAYLOAD / bytes).floor().min(load.batch_size);
        match self {
            Self::Sns | Self::EventBridge => windows(load.batch_window).max(filled(load.event_bytes + WRAPPED)),
            Self::Firehose => windows(load.batch_window).max(load.events() * load.event_bytes / FIREHOSE_BUFFER),
            Self::Logs => windows(LOGS_WINDOW).max(load.events() * load.event_bytes / PAYLOAD),
            Self::S3 => windows(load.batch_window),
        }
    }

    fn carrying(self, load: &Load, prices: &Prices) -> f64 {
        let events = load.events();
        // Each message is sent and, ten at a time, received and deleted; an empty queue is asked by long polls.
        let queue = |messages: f64| {
            let asked = DAYS * 86_400.0 / EMPTY_RECEIVE * POLLERS;
            (messages * 1.2 + asked) / 1e6 * prices.sqs_requests
        };
        match self {
            Self::Sns => events / 1e6 * prices.sns_publishes + queue(events),
            Self::EventBridge => queue(events), // events of AWS's own services are free
            Self::Firehose => {
                let billed = (load.event_bytes / FIREHOSE_STEP).ceil() * FIREHOSE_STEP;
                let archived = (DAYS * 86_400.0 / 300.0).min(events) / 1_000.0 * prices.s3_puts;
                events * billed / GB * prices.firehose_gb + archived
            }
            Self::Logs => events * (load.event_bytes + LOG_OVERHEAD) / GB * prices.logs_gb,
            // Who puts the objects pays for that; one a window, each announced and read.
            Self::S3 => {
                let objects = (DAYS * 86_400.0 / load.batch_window).min(events);
                queue(objects) + objects / 1_000.0 * prices.s3_gets
            }
        }
    }
}

/// An archive that is read once, by S3 Batch Operations.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backfill {
    pub(crate) objects: f64,
    /// Bytes of all events.
    pub(crate) unpacked_bytes: f64,
}

/// Dollars, once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct BackfillCost {
    /// The job, and its objects.
    pub(crate) batch: f64,
    /// As of [`Cost`].
    pub(crate) function: f64,
    /// Listing, reading and putting.
    pub(crate) requests: f64,
}

/// Bytes of an event in an archive, about.
const EVENT_BYTES: f64 = 800.0;
/// Objects that one request lists.
const LISTED: f64 = 1_000.0;

impl Backfill {
    pub(crate) fn cost(&self, prices: &Prices) -> BackfillCost {
        let Self { objects, unpacked_bytes } = self;
        let seconds = objects * INVOCATION_SECONDS + unpacked_bytes / EVENT_BYTES * EVENT_SECONDS;
        // Each object is asked for twice: its size, then its bytes.
        let puts = objects * FILES + objects / LISTED;
        BackfillCost {
            batch: prices.batch_job + objects / 1e6 * prices.batch_objects,
            function: objects / 1e6 * prices.lambda_requests
                + seconds * prices.lambda_gb_second
                + objects * LOGGED / GB * prices.logs_gb,
            requests: puts / 1_000.0 * prices.s3_puts + objects * 2.0 / 1_000.0 * prices.s3_gets,
        }
    }
}

impl BackfillCost {
    pub(crate) fn total(&self) -> f64 {
        let Self { batch, function, requests } = self;
        batch + function + requests
    }
}

impl Load {
    /// Events a month.
    pub(crate) fn events(&self) -> f64 {
        self.messages_per_day * self.events_per_message * DAYS
    }
}

impl Cost {
    pub(crate) fn total(&self) -> f64 {
        let Self { carrying, function, lake, watching } = self;
        carrying + function + lake + watching
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOAD: Load = Load {
        messages_per_day: 100_000.0,
        events_per_message: 3.0,
        event_bytes: 800.0,
        batch_window: 60.0,
        batch_size: 10_000.0,
        memory_mb: 1_024.0,
    };

    #[test]
    fn batches_are_limited_by_the_payload_and_not_by_their_number() {
        // 6 MiB / 2,400 bytes = 2,621 messages, however large BatchSize is: a billion events make 381,534 batches.
        let many = Load { messages_per_day: 1e9 / 90.0, ..LOAD };
        assert!((Route::Sns.invocations(&many) - 1e9 / 2_621.0).abs() < 1.0);
        assert!(
            (Route::Sns.invocations(&LOAD) - 2_592_000.0 / 60.288).abs() < 1e-6,
            "one a window, and the first event of it"
        );
    }

    #[test]
    fn longer_window_makes_fewer_files_and_a_smaller_bill() {
        let slow = Load { batch_window: 300.0, ..LOAD };
        let prices = prices::of("us-east-1").unwrap();
        for route in [Route::Sns, Route::Firehose, Route::EventBridge, Route::S3] {
            assert!(route.cost(&slow, prices).total() < route.cost(&LOAD, prices).total(), "{route:?}");
        }
    }

    #[test]
    fn record_of_firehose_is_billed_in_steps_of_5_kb() {
        let prices = prices::of("us-east-1").unwrap();
        let of = |event_bytes| Route::Firehose.carrying(&Load { event_bytes, ..LOAD }, prices);
        assert!((of(1.0) - of(5_120.0)).abs() < 1e-9 && of(5_121.0) > 1.9 * of(5_120.0));
    }
}
