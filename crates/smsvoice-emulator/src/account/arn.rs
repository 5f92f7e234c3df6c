//! Names of resources: ARNs made and read, and ids that are the same again for the same seed.

use xxhash_rust::xxh3::xxh3_128_with_seed;

use crate::{
    place::Place,
    refusal::{Invalid, Refusal, Resource},
};

impl Place {
    /// `arn:aws:sms-voice:<region>:<account>:<resource>/<name>`.
    pub(crate) fn arn(&self, resource: Resource, name: &str) -> String {
        let (partition, word) = (self.partition(), resource.word());
        format!("arn:{partition}:sms-voice:{}:{}:{word}/{name}", self.region, self.account_id)
    }

    /// The bare name in `given`, which is a name or an ARN of `resource`; `field` is the member it came in.
    pub(crate) fn name<'a>(&self, resource: Resource, given: &'a str, field: &str) -> Result<&'a str, Refusal> {
        if !given.starts_with("arn:") {
            return Ok(given);
        }
        let parts: Vec<&str> = given.splitn(6, ':').collect();
        let [_, _, service, region, account, rest] = parts[..] else { return Err(bad_arn(field, given)) };
        let Some((kind, name)) = rest.split_once('/') else { return Err(bad_arn(field, given)) };
        if service != "sms-voice" || kind != resource.word() || name.is_empty() {
            return Err(bad_arn(field, given));
        }
        if region != self.region || account != self.account_id {
            return Err(Refusal::not_found(resource, given));
        }
        Ok(name)
    }
}

pub(crate) fn bad_arn(field: &str, given: &str) -> Refusal {
    Refusal::invalid(Invalid::InvalidArn, field, format!("`{given}` is not the ARN of such a resource"))
}

/// An ARN of another service, as event destinations name them.
pub(crate) fn require_service(arn: &str, service: &str, field: &str) -> Result<(), Refusal> {
    let right = arn.split(':').nth(2) == Some(service) && arn.splitn(6, ':').count() == 6;
    if right {
        return Ok(());
    }
    let message = format!("`{arn}` is not an ARN of {service}");
    Err(Refusal::invalid(Invalid::InvalidArn, field, message))
}

/// 32 hex digits for the `count`th thing named under `seed`.
pub(crate) fn hex_id(seed: u64, count: u64) -> String {
    format!("{:032x}", xxh3_128_with_seed(&count.to_le_bytes(), seed))
}

/// The same in the form of a version 4 UUID.
pub(crate) fn uuid(seed: u64, count: u64) -> String {
    let hex = hex_id(seed, count);
    format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use super::{Place, uuid};
    use crate::refusal::Resource;

    #[test]
    fn a_name_or_its_arn_name_the_same_resource() {
        let place = Place { region: "us-east-1".into(), account_id: "111122223333".into() };
        let arn = place.arn(Resource::SenderId, "ACME/GB");
        assert_eq!(arn, "arn:aws:sms-voice:us-east-1:111122223333:sender-id/ACME/GB");
        assert_eq!(place.name(Resource::SenderId, &arn, "SenderId"), Ok("ACME/GB"));
        assert!(place.name(Resource::Pool, &arn, "PoolId").is_err());
        assert!(place.name(Resource::SenderId, &arn.replace("us-east-1", "eu-west-1"), "SenderId").is_err());
    }

    #[test]
    fn ids_repeat_with_the_seed_and_differ_by_count() {
        assert_eq!(uuid(1, 7), uuid(1, 7));
        assert_ne!(uuid(1, 7), uuid(1, 8));
        assert_eq!(uuid(1, 7).len(), 36);
    }
}
