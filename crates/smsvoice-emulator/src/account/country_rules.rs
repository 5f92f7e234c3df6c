//! Where sender IDs can be used. From AWS's list of supported countries, as far as its common destinations go; a
//! country that is in neither list takes sender IDs without registration.

/// What a country says to alphanumeric sender IDs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SenderIds {
    Free,
    Registered,
    Unsupported,
}

const UNSUPPORTED: &[&str] = &[
    "AR", "BE", "BR", "CA", "CL", "CN", "CO", "CR", "DO", "EC", "GT", "HN", "HU", "KR", "MX", "MY", "NZ", "PA", "PE",
    "PR", "TW", "US", "UY", "VE", "ZA",
];

const REGISTERED: &[&str] = &[
    "AE", "BY", "CZ", "EG", "ID", "IN", "JO", "KE", "KW", "KZ", "LK", "NG", "OM", "PH", "QA", "RU", "SA", "SG", "TH",
    "TR", "UA", "VN", "ZM",
];

pub(crate) fn sender_ids(iso: &str) -> SenderIds {
    if UNSUPPORTED.contains(&iso) {
        SenderIds::Unsupported
    } else if REGISTERED.contains(&iso) {
        SenderIds::Registered
    } else {
        SenderIds::Free
    }
}
