//! What a look at the last hours found, as it is told: to programs, to people, to a topic, and to CloudWatch.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::signs::{Hour, Sign, signs};
use crate::thresholds::Thresholds;

/// What a look at the last hours found.
#[derive(Clone, Debug, PartialEq)]
pub struct Watched {
    /// From this instant on hours were judged.
    pub since: DateTime<Utc>,
    /// Up to before this one.
    pub until: DateTime<Utc>,
    /// The hours that were judged or served as their past, over all countries.
    pub hours: usize,
    /// Whether the lake tells the prefixes of numbers; where it does not, the other two conditions decide.
    pub prefixes: bool,
    /// The signs, the oldest first.
    pub signs: Vec<Sign>,
}

/// The metric of the signs that a look found.
pub const METRIC: &str = "PumpingSigns";

impl Watched {
    /// Judges the hours from `since` up to before `until`; hours before serve as their past.
    pub fn judged(hours: &[Hour], since: DateTime<Utc>, until: DateTime<Utc>, thresholds: &Thresholds) -> Self {
        let prefixes = hours.iter().any(|hour| hour.prefixes.is_some());
        Self { since, until, hours: hours.len(), prefixes, signs: signs(hours, since, thresholds) }
    }

    /// For a program; `lake` is the lake's URL.
    pub fn json(&self, lake: &str) -> Value {
        json!({
            "lake": lake, "since": time(self.since), "until": time(self.until), "hours_read": self.hours,
            "prefixes_known": self.prefixes, "signs": self.signs.iter().map(sign_json).collect::<Vec<_>>(),
        })
    }

    /// For a person: a line a sign, and how many there are.
    pub fn text(&self) -> String {
        let lines: String = self.signs.iter().map(sign_text).collect();
        let signs = match self.signs.len() {
            0 => "no sign of pumping".to_owned(),
            1 => "1 sign of pumping".to_owned(),
            more => format!("{more} signs of pumping"),
        };
        let mut text = format!("{lines}{signs} from {} to {} (UTC)\n", hour(self.since), hour(self.until));
        if self.hours > 0 && !self.prefixes {
            text += "note: the lake keeps neither numbers nor hashes of their prefixes, so volume and rate decide without prefixes\n";
        }
        text
    }

    /// Subject and text of a message to a topic. SNS takes up to 100 characters of a subject.
    pub fn message(&self, lake: &str) -> (String, String) {
        let subject = format!("smsvoice: {} signs of traffic pumping", self.signs.len());
        (subject, format!("{}\n{:#}\n", self.text(), self.json(lake)))
    }

    /// Lines of CloudWatch's embedded metric format: one of all signs, 0 where there is none, so that an alarm has data; and
    /// one a country that has signs.
    pub fn metric_lines(&self, namespace: &str, now: DateTime<Utc>) -> Vec<Value> {
        let line = |dimensions: Value, signs: usize| {
            let mut line = json!({
                "_aws": { "Timestamp": now.timestamp_millis(), "CloudWatchMetrics": [{
                    "Namespace": namespace, "Dimensions": [dimensions], "Metrics": [{ "Name": METRIC, "Unit": "Count" }],
                }] },
            });
            line[METRIC] = signs.into();
            line
        };
        let mut countries: Vec<&str> = self.signs.iter().map(|sign| sign.country.as_str()).collect();
        countries.sort_unstable();
        countries.dedup();
        let of_country = countries.into_iter().map(|country| {
            let count = self.signs.iter().filter(|sign| sign.country == country).count();
            let mut line = line(json!(["Country"]), count);
            line["Country"] = if country.is_empty() { "unknown" } else { country }.into();
            line
        });
        [line(json!([]), self.signs.len())].into_iter().chain(of_country).collect()
    }
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn hour(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M").to_string()
}

fn sign_json(sign: &Sign) -> Value {
    json!({
        "country": sign.country, "hour": time(sign.at), "messages": sign.messages,
        "usual_messages": sign.usual_messages, "limit": sign.limit,
        "rate_of": sign.basis.as_str(), "rate": sign.rate, "usual_rate": sign.usual_rate,
        "gathered": sign.gathered.map(|(now, _)| now), "usually_gathered": sign.gathered.map(|(_, usual)| usual),
        "prefix": sign.prefix,
    })
}

fn sign_text(sign: &Sign) -> String {
    let percent = |share: f64| format!("{:.0} %", share * 100.0);
    let rate = sign.rate.map_or_else(|| "none".to_owned(), percent);
    let (at, country) = (hour(sign.at), if sign.country.is_empty() { "??" } else { &sign.country });
    let mut text = format!(
        "{at}  {country}  {} messages (usually {:.0}, limit {:.0}); {rate} {} (usually {})",
        sign.messages,
        sign.usual_messages,
        sign.limit,
        sign.basis.as_str(),
        percent(sign.usual_rate)
    );
    if let (Some((now, usual)), Some(prefix)) = (sign.gathered, &sign.prefix) {
        text += &format!("; {} to {prefix} (usually {} to one prefix)", percent(now), percent(usual));
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;
    use crate::signs::Prefixes;

    fn watched(countries: &[&str]) -> Watched {
        let start: DateTime<Utc> = "2026-11-01T00:00:00Z".parse().unwrap();
        let hour = |country: &str, at: i64, messages, confirmed, largest| Hour {
            country: country.into(),
            at: start + Duration::hours(at),
            messages,
            concluded: messages,
            arrived: confirmed,
            confirmed,
            prefixes: Some(Prefixes { largest, name: "+1613555****".into() }),
        };
        let mut hours = Vec::new();
        for country in countries {
            hours.extend((0..240).map(|at| hour(country, at, 100, 90, 20)));
            hours.push(hour(country, 240, 600, 130, 450));
        }
        let since = start + Duration::hours(239);
        Watched::judged(&hours, since, since + Duration::hours(2), &Thresholds::default())
    }

    #[test]
    fn metric_has_a_zero_where_there_is_no_sign_and_a_line_a_country_where_there_are() {
        let now = "2026-11-11T02:00:00Z".parse().unwrap();
        let counts = |watched: &Watched| -> Vec<(Value, Value)> {
            let lines = watched.metric_lines("stack", now);
            assert!(lines.iter().all(|line| line["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "stack"));
            lines.iter().map(|line| (line["Country"].clone(), line[METRIC].clone())).collect()
        };
        assert_eq!(counts(&watched(&[])), [(Value::Null, json!(0))]);
        let told = counts(&watched(&["", "CA"]));
        assert_eq!(told, [(Value::Null, json!(2)), (json!("unknown"), json!(1)), (json!("CA"), json!(1))]);
    }

    #[test]
    fn a_message_to_a_topic_says_it_to_people_and_to_programs() {
        let (subject, message) = watched(&["CA"]).message("s3://lake");
        assert_eq!(subject, "smsvoice: 1 signs of traffic pumping");
        let (text, json) = message.split_once("\n\n").unwrap();
        assert!(text.starts_with("2026-11-11 00:00  CA  600 messages (usually 100, "), "{text}");
        let json: Value = serde_json::from_str(json).unwrap();
        assert_eq!(json["signs"][0]["prefix"], "+1613555****");
    }
}
