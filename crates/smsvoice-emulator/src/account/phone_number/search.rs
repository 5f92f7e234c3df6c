//! Which phone numbers can be requested: those that regulators reserve for fiction, without those the account has
//! already.

use serde::{Deserialize, Serialize};
use smsvoice_event::MessageType;
use smsvoice_lifecycle::{Country, fictional_ranges};

use super::{Capability, NumberType};
use crate::{
    account::{Account, Transaction, paging::Paging},
    refusal::{Invalid, Refusal},
};

#[derive(Clone, Copy, Deserialize)]
enum PreferenceType {
    StartsWith,
    EndsWith,
    Contains,
    ExactMatch,
}

/// Digits the number should have.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Preference {
    preference_type: Vec<PreferenceType>,
    filter: Vec<String>,
}

impl Preference {
    fn allows(&self, number: &str) -> bool {
        let digits = number.trim_start_matches('+');
        let fits = |kind: PreferenceType, filter: &str| {
            let wanted = filter.trim_start_matches('+');
            match kind {
                // An area code may be given without the digit of the country before it.
                PreferenceType::StartsWith => digits.starts_with(wanted) || digits[1..].starts_with(wanted),
                PreferenceType::EndsWith => digits.ends_with(wanted),
                PreferenceType::Contains => digits.contains(wanted),
                PreferenceType::ExactMatch => digits == wanted || digits[1..] == *wanted,
            }
        };
        self.preference_type.iter().all(|kind| self.filter.iter().any(|filter| fits(*kind, filter)))
    }
}

/// Refuses what AWS does not offer: simulators are of the US and transactional; ten-digit long codes and toll-free
/// numbers are of the US; preferences are for ten-digit long codes.
pub(crate) fn require_offered(
    iso: &str,
    kind: NumberType,
    message_type: MessageType,
    preferences: &[Preference],
) -> Result<(), Refusal> {
    let refuse = |field, message: String| Err(Refusal::invalid(Invalid::InvalidParameter, field, message));
    if kind != NumberType::LongCode && iso != "US" {
        return refuse("IsoCountryCode", format!("{} numbers are of the US alone", kind.word()));
    }
    if Country::by_iso(iso).is_none() {
        return refuse("IsoCountryCode", format!("{iso} is the code of no country that has telephone numbers"));
    }
    if kind == NumberType::Simulator && message_type != MessageType::Transactional {
        return refuse("MessageType", "a SIMULATOR number must be TRANSACTIONAL".to_owned());
    }
    if kind != NumberType::TenDlc && !preferences.is_empty() {
        return refuse("NumberPreference", "preferences are for TEN_DLC numbers of the US".to_owned());
    }
    Ok(())
}

/// Refuses capabilities that numbers of this type do not have: AWS documents that simulators work with SMS and MMS.
pub(crate) fn require_capable(kind: NumberType, capabilities: &[Capability]) -> Result<(), Refusal> {
    let has = |one: &Capability| matches!(one, Capability::Sms | Capability::Mms);
    if kind == NumberType::Simulator && !capabilities.iter().all(has) {
        let message = "a SIMULATOR number has the capabilities SMS and MMS alone";
        return Err(Refusal::invalid(Invalid::InvalidParameter, "NumberCapabilities", message));
    }
    Ok(())
}

/// Numbers the account could have, in order.
pub(crate) fn free<'a>(
    account: &'a Account,
    iso: &str,
    kind: NumberType,
    preferences: &'a [Preference],
) -> impl Iterator<Item = String> + 'a {
    let numbers: Box<dyn Iterator<Item = String>> = match (kind, fictional_ranges(iso), Country::by_iso(iso)) {
        (NumberType::TollFree, ..) => Box::new(
            ["844", "855", "866"].into_iter().flat_map(|npa| (0..100).map(move |n| format!("+1{npa}55501{n:02}"))),
        ),
        // This country reserves no range for fiction: digits behind its prefix that no numbering plan assigns.
        (_, [], Some(country)) => {
            let prefix = country.prefixes[0];
            Box::new((0..10_000).map(move |n| format!("+{prefix}0005550{n:04}")))
        }
        (_, ranges, _) => Box::new(ranges.iter().flat_map(|range| (0..range.count()).map(|n| range.number(n)))),
    };
    numbers
        .filter(|number| account.phone_number_called(number).is_none())
        .filter(|number| preferences.iter().all(|preference| preference.allows(number)))
}

/// What a number costs, in US dollars a month, as the API writes it.
pub(crate) fn monthly_price(kind: NumberType) -> &'static str {
    match kind {
        NumberType::TollFree => "2.00",
        _ => "1.00",
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListAvailable {
    iso_country_code: String,
    number_type: NumberType,
    #[serde(rename = "NumberCapabilities")]
    _capabilities: Vec<Capability>,
    registration_id: Option<String>,
    #[serde(default)]
    number_preference: Vec<Preference>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Available {
    available_phone_numbers: Vec<String>,
    next_token: Option<String>,
}

pub(crate) fn list_available(tx: &mut Transaction<'_>, input: ListAvailable) -> Result<Available, Refusal> {
    use crate::refusal::Resource;
    if let Some(id) = input.registration_id {
        return Err(Refusal::not_found(Resource::Registration, id));
    }
    let iso = &input.iso_country_code;
    require_offered(iso, input.number_type, MessageType::Transactional, &input.number_preference)?;
    let free: Vec<String> = free(tx.account, iso, input.number_type, &input.number_preference).collect();
    let paging = Paging::of(input.next_token, Some(input.max_results.unwrap_or(10)));
    let page = paging.select(free.iter().map(|number| (number.clone(), number)), |_, _| Vec::new())?;
    Ok(Available { available_phone_numbers: page.rows.into_iter().cloned().collect(), next_token: page.next_token })
}
