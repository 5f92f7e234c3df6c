//! Amazon resource names, as far as event destinations name any.

/// `arn:partition:service:region:account:resource`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arn<'a> {
    pub(super) partition: &'a str,
    pub(super) service: &'a str,
    pub(super) region: &'a str,
    pub(super) account: &'a str,
    pub(super) resource: &'a str,
}

/// What an ARN has to name.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    LogGroup,
    Role,
    Stream,
    Topic,
}

impl Kind {
    /// What it is called, its service, and the form of its ARN.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::LogGroup => ("log group", "logs", "arn:aws:logs:REGION:ACCOUNT:log-group:NAME"),
            Self::Role => ("role", "iam", "arn:aws:iam::ACCOUNT:role/NAME"),
            Self::Stream => ("Firehose stream", "firehose", "arn:aws:firehose:REGION:ACCOUNT:deliverystream/NAME"),
            Self::Topic => ("topic", "sns", "arn:aws:sns:REGION:ACCOUNT:NAME"),
        }
    }

    fn fits(self, resource: &str) -> bool {
        let name = match self {
            Self::LogGroup => resource.strip_prefix("log-group:").map(|name| name.strip_suffix(":*").unwrap_or(name)),
            Self::Role => resource.strip_prefix("role/"),
            Self::Stream => resource.strip_prefix("deliverystream/"),
            Self::Topic => Some(resource),
        };
        name.is_some_and(|name| !name.is_empty() && !name.contains(':'))
    }
}

impl<'a> Arn<'a> {
    /// Reads the ARN of a `kind`. The error says what is wrong, and how such an ARN looks.
    pub(super) fn read(text: &'a str, kind: Kind) -> Result<Self, String> {
        let (what, service, form) = kind.words();
        let wrong = |why: String| Err(format!("{why}; that of a {what} is {form}"));
        // 20 to 2048 characters without white space: botocore 1.44.5, `LogGroupArn`, `IamRoleArn` and their like.
        if !(20..=2048).contains(&text.chars().count()) || text.contains(char::is_whitespace) {
            return wrong(format!("`{text}` is no ARN"));
        }
        let mut parts = text.splitn(6, ':');
        let mut next = || parts.next().unwrap_or_default();
        let (scheme, partition) = (next(), next());
        let arn = Self { partition, service: next(), region: next(), account: next(), resource: next() };
        let digits = arn.account.len() == 12 && arn.account.bytes().all(|byte| byte.is_ascii_digit());
        if scheme != "arn" || !partition.starts_with("aws") || arn.resource.is_empty() {
            wrong(format!("`{text}` is no ARN"))
        } else if arn.service != service {
            wrong(format!("this is an ARN of the service `{}`", arn.service))
        } else if !digits {
            wrong(format!("`{}` is no account: it has 12 digits", arn.account))
        } else if arn.region.is_empty() != matches!(kind, Kind::Role) {
            wrong("its region is in the wrong place".to_owned())
        } else if !kind.fits(arn.resource) {
            wrong(format!("`{}` is no {what}", arn.resource))
        } else {
            Ok(arn)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_takes_its_own_arns_alone() {
        let all = [
            (Kind::LogGroup, "arn:aws:logs:eu-west-1:111122223333:log-group:/sms/events"),
            (Kind::Role, "arn:aws:iam::111122223333:role/path/sms"),
            (Kind::Stream, "arn:aws:firehose:eu-west-1:111122223333:deliverystream/sms"),
            (Kind::Topic, "arn:aws-cn:sns:cn-north-1:111122223333:sms"),
        ];
        for (at, (kind, _)) in all.iter().enumerate() {
            for (of, (_, arn)) in all.iter().enumerate() {
                assert_eq!(Arn::read(arn, *kind).is_ok(), at == of, "{kind:?} {arn}");
            }
        }
        assert!(Arn::read("arn:aws:logs:eu-west-1:111122223333:log-group:/sms/events:*", Kind::LogGroup).is_ok());
    }

    #[test]
    fn what_is_wrong_with_an_arn_is_said() {
        let said = |arn, kind| Arn::read(arn, kind).unwrap_err();
        assert!(said("arn:aws:sns:eu-west-1:1234:events", Kind::Topic).starts_with("`1234` is no account"));
        assert!(said("arn:aws:iam:eu-west-1:111122223333:role/x", Kind::Role).contains("region"));
        assert!(said("arn:aws:sns::111122223333:events", Kind::Topic).contains("region"));
        assert!(said("arn:aws:sns:eu-west-1:111122223333:events:sub", Kind::Topic).contains("is no topic"));
        assert!(said("events", Kind::Topic).starts_with("`events` is no ARN"));
    }
}
