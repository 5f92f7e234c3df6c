//! What no envelope tells of a route: configuration set and account, by the ARN of the queue, stream or topic.

use std::collections::BTreeMap;

/// What is known of a route.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RouteDefaults {
    /// The configuration set that sends its events there.
    pub configuration_set: Option<String>,
    /// The account, where the ARN's own is not the sender's.
    pub account_id: Option<String>,
}

/// `ARN=configuration-set`, `ARN=configuration-set@account` or `ARN=@account`, separated by commas.
pub(super) fn read(value: &str) -> Option<BTreeMap<String, RouteDefaults>> {
    value.split(',').map(route).collect()
}

fn route(entry: &str) -> Option<(String, RouteDefaults)> {
    let (arn, rest) = entry.trim().split_once('=')?;
    let (set, account) = rest.split_once('@').unwrap_or((rest, ""));
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let account_is_valid = account.is_empty() || account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    let set_is_valid = set.len() <= 64 && set.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    let valid = arn.starts_with("arn:") && account_is_valid && set_is_valid && !rest.is_empty();
    valid.then(|| (arn.to_owned(), RouteDefaults { configuration_set: some(set), account_id: some(account) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_name_configuration_set_and_account() {
        let arn = "arn:aws:sqs:us-east-1:111122223333:otp";
        let routes = read(&format!("{arn}=otp@444455556666, {arn}-2=@111122223333")).unwrap();
        assert_eq!(routes[arn].configuration_set.as_deref(), Some("otp"));
        let second = RouteDefaults { configuration_set: None, account_id: Some("111122223333".into()) };
        assert_eq!(routes[&format!("{arn}-2")], second);
    }
}
