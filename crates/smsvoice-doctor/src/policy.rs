//! Policy documents of IAM: read, and asked what they allow. Conditions that are not understood count as met, so that
//! nothing is called forbidden that is not.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A policy.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "PascalCase", default)]
pub struct Document {
    statement: OneOrMany<Statement>,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "PascalCase", default)]
struct Statement {
    effect: String,
    action: OneOrMany<String>,
    not_action: OneOrMany<String>,
    resource: OneOrMany<String>,
    not_resource: OneOrMany<String>,
    principal: Option<Principal>,
    condition: BTreeMap<String, BTreeMap<String, OneOrMany<serde_json::Value>>>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl<T> OneOrMany<T> {
    fn as_slice(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(untagged)]
enum Principal {
    All(String),
    Some(BTreeMap<String, OneOrMany<String>>),
}

/// What somebody wants to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) action: &'a str,
    /// An ARN; a trust policy has none.
    pub(crate) resource: &'a str,
    /// The service that asks, `sms-voice.amazonaws.com`; none for the policies of a role.
    pub(crate) service: Option<&'a str>,
    /// Condition keys and their values.
    pub(crate) context: &'a [(&'a str, &'a str)],
}

impl Document {
    /// Reads JSON; what cannot be read allows nothing.
    pub fn read(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    /// Whether the policies together allow this: some statement does, and none denies it.
    pub(crate) fn allow<'d>(documents: impl IntoIterator<Item = &'d Self>, ask: &Ask<'_>) -> bool {
        let mut allowed = false;
        for statement in documents.into_iter().flat_map(|document| document.statement.as_slice()) {
            if statement.is_about(ask) {
                match statement.effect.as_str() {
                    "Deny" => return false,
                    _ => allowed = true,
                }
            }
        }
        allowed
    }

    pub(crate) fn allows(&self, ask: &Ask<'_>) -> bool {
        Self::allow([self], ask)
    }

    /// Whether every statement that allows this to a service has a condition on one of these keys.
    pub(crate) fn is_conditioned(&self, ask: &Ask<'_>, keys: &[&str]) -> bool {
        let allowing = self.statement.as_slice().iter().filter(|s| s.effect == "Allow" && s.is_about(ask));
        let has_key = |statement: &Statement| {
            let mut named = statement.condition.values().flat_map(BTreeMap::keys);
            named.any(|name| keys.iter().any(|key| key.eq_ignore_ascii_case(name)))
        };
        allowing.into_iter().all(has_key)
    }

    /// Actions with a wildcard, and actions of one service on every resource, that it allows.
    pub(crate) fn too_wide(&self) -> Vec<String> {
        let allowing = self.statement.as_slice().iter().filter(|statement| statement.effect == "Allow");
        let wide = |statement: &Statement| {
            let everywhere = statement.resource.as_slice().iter().any(|resource| resource == "*");
            let actions = statement.action.as_slice().iter().filter(move |action| everywhere || action.contains('*'));
            actions
                .map(move |action| if everywhere { format!("{action} on *") } else { action.clone() })
                .collect::<Vec<_>>()
        };
        allowing.flat_map(wide).collect()
    }
}

impl Statement {
    fn is_about(&self, ask: &Ask<'_>) -> bool {
        let listed = |list: &OneOrMany<String>, not: &OneOrMany<String>, value: &str, fold: bool| {
            let any = |list: &OneOrMany<String>| list.as_slice().iter().any(|pattern| matches(pattern, value, fold));
            let is_named = !list.as_slice().is_empty();
            if is_named { any(list) } else { !not.as_slice().is_empty() && !any(not) }
        };
        // The policy of a resource or of trust may leave its resource out.
        let no_resource = self.resource.as_slice().is_empty() && self.not_resource.as_slice().is_empty();
        listed(&self.action, &self.not_action, ask.action, true)
            && (no_resource || listed(&self.resource, &self.not_resource, ask.resource, false))
            && ask.service.is_none_or(|service| self.is_for(service))
            && self.conditions_may_hold(ask)
    }

    fn is_for(&self, service: &str) -> bool {
        match &self.principal {
            Some(Principal::All(all)) => all == "*",
            Some(Principal::Some(kinds)) => {
                let named = |kind: &str| kinds.get(kind).map(OneOrMany::as_slice).unwrap_or_default();
                named("Service").iter().any(|name| name == service) || named("AWS").iter().any(|name| name == "*")
            }
            None => false,
        }
    }

    fn conditions_may_hold(&self, ask: &Ask<'_>) -> bool {
        self.condition.iter().all(|(operator, keys)| {
            let operator = operator.strip_suffix("IfExists").unwrap_or(operator);
            keys.iter().all(|(key, wanted)| {
                let Some((_, value)) = ask.context.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)) else {
                    return true;
                };
                let mut wanted = wanted.as_slice().iter().filter_map(serde_json::Value::as_str);
                match operator {
                    "StringEquals" => wanted.any(|wanted| wanted == *value),
                    "StringEqualsIgnoreCase" => wanted.any(|wanted| wanted.eq_ignore_ascii_case(value)),
                    "StringLike" | "ArnLike" | "ArnEquals" => wanted.any(|wanted| matches(wanted, value, false)),
                    "StringNotEquals" => wanted.all(|wanted| wanted != *value),
                    _ => true,
                }
            })
        })
    }
}

/// Whether a value is of a pattern, in which `*` stands for any characters and `?` for one.
fn matches(pattern: &str, value: &str, fold_case: bool) -> bool {
    let lower = |text: &str| if fold_case { text.to_ascii_lowercase() } else { text.to_owned() };
    let (pattern, value): (Vec<char>, Vec<char>) = (lower(pattern).chars().collect(), lower(value).chars().collect());
    let (mut at, mut from, mut star) = (0, 0, None);
    while from < value.len() {
        if at < pattern.len() && (pattern[at] == '?' || pattern[at] == value[from]) && pattern[at] != '*' {
            (at, from) = (at + 1, from + 1);
        } else if at < pattern.len() && pattern[at] == '*' {
            star = Some((at, from));
            at += 1;
        } else if let Some((star_at, star_from)) = star {
            (at, from) = (star_at + 1, star_from + 1);
            star = Some((star_at, star_from + 1));
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask<'a>(action: &'a str, resource: &'a str) -> Ask<'a> {
        Ask { action, resource, service: None, context: &[("aws:SourceAccount", "111122223333")] }
    }

    #[test]
    fn wildcards_stand_for_any_characters_and_for_one() {
        for (pattern, value) in [("*", ""), ("a*c", "abbc"), ("a?c", "abc"), ("*:role/x*", "arn:role/xy"), ("**", "a")]
        {
            assert!(matches(pattern, value, false), "{pattern} {value}");
        }
        for (pattern, value) in [("a", "ab"), ("a?c", "ac"), ("*b", "abc"), ("", "a"), ("A", "a")] {
            assert!(!matches(pattern, value, false), "{pattern} {value}");
        }
        assert!(matches("firehose:Put*", "FIREHOSE:putrecord", true));
    }

    #[test]
    fn a_denial_wins_and_what_is_left_out_is_not_allowed() {
        let read = Document::read;
        let allow = read(r#"{"Statement":{"Effect":"Allow","Action":"firehose:Put*","Resource":"arn:a/*"}}"#);
        let deny = read(r#"{"Statement":[{"Effect":"Deny","NotAction":["logs:*"],"Resource":"*"}]}"#);
        assert!(allow.allows(&ask("firehose:PutRecord", "arn:a/b")));
        assert!(
            !allow.allows(&ask("firehose:PutRecord", "arn:b")) && !allow.allows(&ask("logs:PutLogEvents", "arn:a/b"))
        );
        assert!(!Document::allow([&allow, &deny], &ask("firehose:PutRecord", "arn:a/b")));
        assert!(!read("nonsense").allows(&ask("a:B", "c")));
    }

    #[test]
    fn conditions_are_held_to_what_is_known_and_services_are_named() {
        let trust = |condition: &str| {
            let service = r#""Principal":{"Service":["sms-voice.amazonaws.com"]}"#;
            Document::read(&format!(
                r#"{{"Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole",{service},"Condition":{condition}}}]}}"#
            ))
        };
        let asks = |service| Ask { service: Some(service), ..ask("sts:AssumeRole", "") };
        let sms = asks("sms-voice.amazonaws.com");
        assert!(trust("{}").allows(&sms) && !trust("{}").is_conditioned(&sms, &["aws:SourceAccount"]));
        assert!(!trust("{}").allows(&asks("lambda.amazonaws.com")));
        let right = trust(r#"{"StringEquals":{"aws:sourceaccount":"111122223333"}}"#);
        assert!(right.allows(&sms) && right.is_conditioned(&sms, &["aws:SourceAccount"]));
        assert!(!trust(r#"{"StringEquals":{"aws:SourceAccount":["444455556666"]}}"#).allows(&sms));
        assert!(trust(r#"{"NumericLessThan":{"aws:Odd":"1"}}"#).allows(&sms), "what is not understood may hold");
    }

    #[test]
    fn what_is_wider_than_needed_is_named() {
        let wide = r#"{"Statement":[{"Effect":"Allow","Action":["logs:*","sns:Publish"],"Resource":"arn:x"},
            {"Effect":"Allow","Action":"kms:Decrypt","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;
        assert_eq!(Document::read(wide).too_wide(), ["logs:*", "kms:Decrypt on *"]);
    }
}
