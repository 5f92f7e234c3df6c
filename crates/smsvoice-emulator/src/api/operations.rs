//! The table of operations: what the model calls them, and what does them.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    account::{
        Transaction, configuration_set as set, configuration_set::destinations, feedback, keyword, limits,
        message::Api, opt_out, phone_number, pool, send, sender_id, tag, voice_send, voice_set as v1,
    },
    refusal::{Invalid, Refusal},
};

/// Does an operation; the request satisfies the model.
pub(super) type Handler = fn(&mut Transaction<'_>, Value) -> Result<Value, Refusal>;

fn typed<I: DeserializeOwned, O: Serialize>(
    tx: &mut Transaction<'_>,
    request: Value,
    run: fn(&mut Transaction<'_>, I) -> Result<O, Refusal>,
) -> Result<Value, Refusal> {
    // The request satisfies the model, so this is a word that AWS has and this emulator does not know.
    let unread = |error: serde_json::Error| Refusal::invalid(Invalid::InvalidParameter, "", error.to_string());
    let answer = run(tx, serde_json::from_value(request).map_err(unread)?)?;
    serde_json::to_value(answer).map_err(|error| Refusal::Internal { message: error.to_string() })
}

macro_rules! table {
    ($name:ident: $($operation:literal $run:path;)*) => {
        const $name: &[(&str, Handler)] =
            &[$(($operation, |tx, request| typed(tx, request, $run)),)*];
    };
}

table! { V2:
    "AssociateOriginationIdentity" pool::associate;
    "CreateConfigurationSet" set::create;
    "CreateEventDestination" destinations::create;
    "CreateOptOutList" opt_out::create;
    "CreatePool" pool::create;
    "DeleteConfigurationSet" set::delete;
    "DeleteDefaultMessageType" set::delete_message_type;
    "DeleteDefaultSenderId" set::delete_sender_id;
    "DeleteEventDestination" destinations::delete;
    "DeleteKeyword" keyword::delete;
    "DeleteOptOutList" opt_out::delete;
    "DeleteOptedOutNumber" opt_out::delete_number;
    "DeletePool" pool::delete;
    "DescribeAccountAttributes" limits::attributes;
    "DescribeAccountLimits" limits::limits;
    "DescribeConfigurationSets" set::describe;
    "DescribeKeywords" keyword::describe;
    "DescribeOptOutLists" opt_out::describe;
    "DescribeOptedOutNumbers" opt_out::describe_numbers;
    "DescribePhoneNumbers" phone_number::describe;
    "DescribePools" pool::describe;
    "DescribeSenderIds" sender_id::describe;
    "DisassociateOriginationIdentity" pool::disassociate;
    "ListAvailablePhoneNumbers" phone_number::list_available;
    "ListPoolOriginationIdentities" pool::list;
    "ListTagsForResource" tag::list;
    "PutKeyword" keyword::put;
    "PutMessageFeedback" feedback::put;
    "PutOptedOutNumber" opt_out::put_number;
    "ReleasePhoneNumber" phone_number::release;
    "ReleaseSenderId" sender_id::release;
    "RequestPhoneNumber" phone_number::request;
    "RequestSenderId" sender_id::request;
    "SendMediaMessage" send::media;
    "SendTextMessage" send::text;
    "SendVoiceMessage" send::voice;
    "SetDefaultMessageFeedbackEnabled" set::set_feedback;
    "SetDefaultMessageType" set::set_message_type;
    "SetDefaultSenderId" set::set_sender_id;
    "TagResource" tag::tag;
    "UntagResource" tag::untag;
    "UpdateEventDestination" destinations::update;
    "UpdatePhoneNumber" phone_number::update;
    "UpdatePool" pool::update;
    "UpdateSenderId" sender_id::update;
}

table! { V1:
    "CreateConfigurationSet" v1::create;
    "CreateConfigurationSetEventDestination" v1::destinations::create;
    "DeleteConfigurationSet" v1::delete;
    "DeleteConfigurationSetEventDestination" v1::destinations::delete;
    "GetConfigurationSetEventDestinations" v1::describe_destinations;
    "ListConfigurationSets" v1::list;
    "SendVoiceMessage" voice_send::send;
    "UpdateConfigurationSetEventDestination" v1::destinations::update;
}

/// What does the operation of this name, if this emulator does it.
pub(super) fn handler(api: Api, name: &str) -> Option<Handler> {
    let table = match api {
        Api::V2 => V2,
        Api::V1 => V1,
    };
    table.binary_search_by(|(operation, _)| (*operation).cmp(name)).ok().map(|at| table[at].1)
}

#[cfg(test)]
mod tests {
    use super::{V1, V2};
    use crate::{account::message::Api, api::model::Model};

    #[test]
    fn the_table_has_every_operation_of_the_model_in_order() {
        for (api, table) in [(Api::V2, V2), (Api::V1, V1)] {
            let rows: Vec<_> = table.iter().map(|(name, _)| *name).collect();
            let model: Vec<_> = Model::of(api).operations().map(|operation| operation.name).collect();
            assert_eq!(rows, model);
        }
    }
}
