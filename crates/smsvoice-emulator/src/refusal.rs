//! Why a request is refused, in the service's own words: the errors of AWS's model and their reasons.

use serde::{Serialize, Serializer};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(clippy::enum_variant_names)] // the service's words
        pub(crate) enum $name { $($variant,)* }
        impl $name {
            /// Every word of this emulator's; a test holds them to the AWS model.
            #[cfg(test)]
            pub(crate) const ALL: &'static [&'static str] = &[$($word,)*];
            pub(crate) fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.word())
            }
        }
    };
}

words! {
    /// `ValidationExceptionReason`, as far as this emulator has cause to give one.
    Invalid {
        CountryCodeMismatch = "COUNTRY_CODE_MISMATCH",
        FieldValidationFailed = "FIELD_VALIDATION_FAILED",
        InternationalSendingNotSupported = "INTERNATIONAL_SENDING_NOT_SUPPORTED",
        InvalidArn = "INVALID_ARN",
        InvalidIdentityForDestinationCountry = "INVALID_IDENTITY_FOR_DESTINATION_COUNTRY",
        InvalidNextToken = "INVALID_NEXT_TOKEN",
        InvalidParameter = "INVALID_PARAMETER",
        InvalidRequest = "INVALID_REQUEST",
        MaximumSizeExceeded = "MAXIMUM_SIZE_EXCEEDED",
        MissingParameter = "MISSING_PARAMETER",
        ParametersCannotBeUsedTogether = "PARAMETERS_CANNOT_BE_USED_TOGETHER",
        PhoneNumberCannotBeOptedIn = "PHONE_NUMBER_CANNOT_BE_OPTED_IN",
        PriceOverThreshold = "PRICE_OVER_THRESHOLD",
        SenderIdNotSupported = "SENDER_ID_NOT_SUPPORTED",
        SenderIdRequiresRegistration = "SENDER_ID_REQUIRES_REGISTRATION",
        TwoWayChannelNotPresent = "TWO_WAY_CHANNEL_NOT_PRESENT",
        UnknownOperation = "UNKNOWN_OPERATION",
        VoiceCapabilityNotAvailable = "VOICE_CAPABILITY_NOT_AVAILABLE",
    }
}

words! {
    /// `ConflictExceptionReason`, as far as this emulator has cause to give one.
    Clash {
        DeletionProtectionEnabled = "DELETION_PROTECTION_ENABLED",
        DestinationPhoneNumberNotVerified = "DESTINATION_PHONE_NUMBER_NOT_VERIFIED",
        DestinationPhoneNumberOptedOut = "DESTINATION_PHONE_NUMBER_OPTED_OUT",
        EventDestinationMismatch = "EVENT_DESTINATION_MISMATCH",
        KeywordMismatch = "KEYWORD_MISMATCH",
        LastPhoneNumber = "LAST_PHONE_NUMBER",
        NumberCapabilitiesMismatch = "NUMBER_CAPABILITIES_MISMATCH",
        MessageTypeMismatch = "MESSAGE_TYPE_MISMATCH",
        NoOriginationIdentitiesFound = "NO_ORIGINATION_IDENTITIES_FOUND",
        OptOutListMismatch = "OPT_OUT_LIST_MISMATCH",
        PhoneNumberAssociatedToPool = "PHONE_NUMBER_ASSOCIATED_TO_POOL",
        PhoneNumberNotAssociatedToPool = "PHONE_NUMBER_NOT_ASSOCIATED_TO_POOL",
        ResourceAlreadyAssociated = "RESOURCE_ALREADY_ASSOCIATED",
        ResourceAlreadyExists = "RESOURCE_ALREADY_EXISTS",
        ResourceDeletionNotAllowed = "RESOURCE_DELETION_NOT_ALLOWED",
        ResourceNotActive = "RESOURCE_NOT_ACTIVE",
        ResourceModificationNotAllowed = "RESOURCE_MODIFICATION_NOT_ALLOWED",
        SelfManagedOptOutsMismatch = "SELF_MANAGED_OPT_OUTS_MISMATCH",
        SenderIdAssociatedToPool = "SENDER_ID_ASSOCIATED_TO_POOL",
        TwoWayConfigMismatch = "TWO_WAY_CONFIG_MISMATCH",
    }
}

words! {
    /// `ServiceQuotaExceededExceptionReason`, as far as this emulator counts.
    Quota {
        DailyDestinationCalls = "DAILY_DESTINATION_CALL_LIMIT",
        MonthlySpendMedia = "MONTHLY_SPEND_LIMIT_REACHED_FOR_MEDIA",
        MonthlySpendText = "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT",
        ConfigurationSets = "CONFIGURATION_SETS_PER_ACCOUNT",
        EventDestinations = "EVENT_DESTINATIONS_PER_CONFIGURATION_SET",
        KeywordsPerPhoneNumber = "KEYWORDS_PER_PHONE_NUMBER",
        KeywordsPerPool = "KEYWORDS_PER_POOL",
        OptOutLists = "OPT_OUT_LISTS_PER_ACCOUNT",
        OriginationIdentitiesPerPool = "ORIGINATION_IDENTITIES_PER_POOL",
        PhoneNumbers = "PHONE_NUMBERS_PER_ACCOUNT",
        Pools = "POOLS_PER_ACCOUNT",
        SenderIds = "SENDER_IDS_PER_ACCOUNT",
        Tags = "TAGS_PER_RESOURCE",
    }
}

words! {
    /// `ResourceType`; its words are also the first part of a resource's ARN.
    Resource {
        Account = "account",
        ConfigurationSet = "configuration-set",
        EventDestination = "event-destination",
        Keyword = "keyword",
        Message = "message",
        OptOutList = "opt-out-list",
        OptedOutNumber = "opted-out-number",
        PhoneNumber = "phone-number",
        Pool = "pool",
        ProtectConfiguration = "protect-configuration",
        Registration = "registration",
        SenderId = "sender-id",
    }
}

/// A refusal. Each variant is a modelled error of API v2; v1 maps them onto its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Validation {
        reason: Invalid,
        fields: Vec<Field>,
        message: String,
    },
    Conflict {
        reason: Clash,
        resource: Resource,
        id: String,
        message: String,
    },
    NotFound {
        resource: Resource,
        id: String,
    },
    Quota {
        reason: Quota,
        message: String,
    },
    /// Too many at once; the client is to wait and try again.
    Throttled,
    /// What was stored could not be kept; the client may try again.
    Internal {
        message: String,
    },
}

/// One member at fault, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) message: String,
}

impl Refusal {
    /// What is wrong, in words for a person.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Throttled => "Rate exceeded".to_owned(),
            Self::NotFound { resource, id } => format!("no {} `{id}` exists", resource.word()),
            Self::Validation { message, .. }
            | Self::Conflict { message, .. }
            | Self::Quota { message, .. }
            | Self::Internal { message } => message.clone(),
        }
    }

    /// A member that satisfies the model but not the service.
    pub(crate) fn invalid(reason: Invalid, field: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        let fields = vec![Field { name: field.to_owned(), message: message.clone() }];
        Self::Validation { reason, fields, message }
    }

    /// A member that the model does not require and the service does.
    pub(crate) fn missing(field: &str) -> Self {
        Self::invalid(Invalid::MissingParameter, field, format!("{field} is required"))
    }

    pub(crate) fn clash(reason: Clash, resource: Resource, id: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Conflict { reason, resource, id: id.into(), message: message.into() }
    }

    pub(crate) fn not_found(resource: Resource, id: impl Into<String>) -> Self {
        Self::NotFound { resource, id: id.into() }
    }

    pub(crate) fn quota(reason: Quota, most: usize) -> Self {
        Self::Quota { reason, message: format!("the quota of {most} is used up ({})", reason.word()) }
    }

    pub(crate) fn exists(resource: Resource, id: impl Into<String>) -> Self {
        let id = id.into();
        let message = format!("{} {id} exists already", resource.word());
        Self::clash(Clash::ResourceAlreadyExists, resource, id, message)
    }
}

#[cfg(test)]
mod tests {
    use super::{Clash, Invalid, Quota, Resource};

    /// The reasons this emulator gives, for the check against the AWS model in `tests/`.
    #[test]
    fn reasons_are_unique() {
        for all in [Invalid::ALL, Clash::ALL, Quota::ALL, Resource::ALL] {
            let unique: std::collections::BTreeSet<_> = all.iter().collect();
            assert_eq!(unique.len(), all.len());
        }
    }
}
