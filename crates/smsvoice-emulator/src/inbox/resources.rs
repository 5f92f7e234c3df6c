//! Pages that list what the accounts have: numbers and sender IDs, pools, opt-outs, configuration sets and their destinations.

use super::html::{Text, time};
use crate::{
    account::{Account, event_destination::member, two_way::TwoWaySettings},
    clock::EpochMs,
    delivery::Target,
    world::World,
};

/// A table: what it is of, the names of its columns, and its rows, whose cells are HTML.
struct Table {
    caption: &'static str,
    columns: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

/// The page of this name; none if there is no such page.
pub(super) fn main(world: &World, name: &str, now: EpochMs) -> Option<String> {
    let several = world.accounts().count() > 1;
    let mut tables: Vec<Table> = match name {
        "numbers" => vec![numbers(world, now), sender_ids(world)],
        "pools" => vec![pools(world, now)],
        "opt-outs" => vec![opt_outs(world)],
        "sets" => vec![sets(world), voice_sets(world)],
        _ => return None,
    };
    if !several {
        // The account is the last column.
        for table in &mut tables {
            table.columns = &table.columns[..table.columns.len() - 1];
            for row in &mut table.rows {
                row.pop();
            }
        }
    }
    Some(format!("<main class=single>{}</main>", tables.iter().map(html).collect::<String>()))
}

fn html(table: &Table) -> String {
    let head: String = table.columns.iter().map(|name| format!("<th scope=col>{name}")).collect();
    let row = |cells: &Vec<String>| {
        let named = cells.iter().zip(table.columns).map(|(cell, name)| format!("<td data-name=\"{name}\">{cell}"));
        format!("<tr>{}", named.collect::<String>())
    };
    let rows: String = table.rows.iter().map(row).collect();
    let none = if rows.is_empty() { "<p class=empty>None.</p>" } else { "" };
    format!(
        "<section class=card><h2>{}</h2><table><thead><tr>{head}<tbody>{rows}</table>{none}</section>",
        table.caption
    )
}

/// One row a record, each with its account at the end.
fn rows<'a, T: 'a, I: Iterator<Item = T> + 'a>(
    world: &'a World,
    of: impl Fn(&'a Account) -> I + 'a,
    cells: impl Fn(&'a Account, T) -> Vec<String> + 'a,
) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for account in world.accounts() {
        for one in of(account) {
            let mut row = cells(account, one);
            row.push(Text(&account.place).to_string());
            all.push(row);
        }
    }
    all
}

fn text(value: impl std::fmt::Display) -> String {
    Text(value).to_string()
}

fn two_way(settings: &TwoWaySettings) -> String {
    let to = settings.two_way_channel_arn.as_deref().unwrap_or_default();
    let way = if settings.two_way_enabled { format!("to {}", Text(to)) } else { "off".to_owned() };
    let opt_outs = if settings.self_managed_opt_outs_enabled { " · opt-outs managed by the sender" } else { "" };
    format!("{way}{opt_outs}")
}

/// Keywords and what they answer.
fn keywords(account: &Account, holder: &str) -> String {
    let all = account.keywords_of(holder).map(|(_, one)| {
        format!("<li><b>{}</b> {}: {}", Text(&one.keyword), one.keyword_action.word(), Text(&one.keyword_message))
    });
    let all: Vec<String> = all.collect();
    format!("<details><summary>{}</summary><ul>{}</ul></details>", all.len(), all.concat())
}

fn numbers(world: &World, now: EpochMs) -> Table {
    let cells = |account: &Account, number: &crate::account::phone_number::PhoneNumber| {
        let shown = number.shown(now);
        let capabilities: Vec<&str> = number.number_capabilities.iter().map(|one| one.word()).collect();
        let pool = number.pool_id.clone().unwrap_or_default();
        let state =
            if number.is_active(now) { "<span class=good>ACTIVE</span>" } else { "<span class=wait>PENDING</span>" };
        vec![
            text(&shown.phone_number),
            text(&number.phone_number_id),
            state.to_owned(),
            text(&number.iso_country_code),
            text(number.number_type.word()),
            text(number.message_type.as_str()),
            text(capabilities.join(", ")),
            text(pool),
            two_way(&number.settings),
            text(&number.settings.opt_out_list_name),
            keywords(account, &number.phone_number_id),
        ]
    };
    Table {
        caption: "Phone numbers",
        columns: &[
            "Number",
            "Id",
            "Status",
            "Country",
            "Type",
            "Messages",
            "Capabilities",
            "Pool",
            "Two-way",
            "Opt-out list",
            "Keywords",
            "Account",
        ],
        rows: rows(world, |account| account.phone_numbers.values(), cells),
    }
}

fn sender_ids(world: &World) -> Table {
    let cells = |_: &Account, id: &crate::account::sender_id::SenderId| {
        let kinds: Vec<&str> = id.message_types.iter().map(|kind| kind.as_str()).collect();
        vec![text(&id.sender_id), text(&id.iso_country_code), text(kinds.join(", "))]
    };
    Table {
        caption: "Sender IDs",
        columns: &["Sender ID", "Country", "Messages", "Account"],
        rows: rows(world, |account| account.sender_ids.values(), cells),
    }
}

fn pools(world: &World, now: EpochMs) -> Table {
    let cells = |account: &Account, pool: &crate::account::pool::Pool| {
        let mut all = account.numbers_of(pool.id());
        all.extend(
            account.sender_ids_of(pool).into_iter().map(|id| format!("{}/{}", id.sender_id, id.iso_country_code)),
        );
        let state = if pool.require_active(now).is_ok() {
            "<span class=good>ACTIVE</span>"
        } else {
            "<span class=wait>CREATING</span>"
        };
        vec![
            text(pool.id()),
            state.to_owned(),
            text(pool.message_type.as_str()),
            text(all.join(", ")),
            two_way(&pool.settings),
            text(&pool.settings.opt_out_list_name),
            keywords(account, pool.id()),
        ]
    };
    Table {
        caption: "Pools",
        columns: &["Pool", "Status", "Messages", "Identities", "Two-way", "Opt-out list", "Keywords", "Account"],
        rows: rows(world, |account| account.pools.values(), cells),
    }
}

fn opt_outs(world: &World) -> Table {
    let cells = |account: &Account, list: &crate::account::opt_out::OptOutList| {
        let numbers: String = account
            .opted_out_of(list.name())
            .map(|row| {
                let by = if row.is_by_end_user() { "by its owner" } else { "by the sender" };
                format!("<li>{} {by}, {}", Text(row.number()), time(row.since()))
            })
            .collect();
        vec![text(list.name()), if numbers.is_empty() { "none".to_owned() } else { format!("<ul>{numbers}</ul>") }]
    };
    Table {
        caption: "Opt-out lists",
        columns: &["List", "Numbers", "Account"],
        rows: rows(world, |account| account.opt_out_lists.values(), cells),
    }
}

/// A destination in one line.
fn destination(name: &str, enabled: bool, types: &[String], target: &Target) -> String {
    let to = match target {
        Target::Logs(logs) => &logs.log_group_arn,
        Target::Firehose(stream) => &stream.delivery_stream_arn,
        Target::Sns(topic) => &topic.topic_arn,
    };
    let state = if enabled { "" } else { " <span class=bad>disabled</span>" };
    let kind = member(target).trim_end_matches("Destination");
    format!("<li><b>{}</b>{state} {kind} {} ({})", Text(name), Text(to), Text(types.join(", ")))
}

fn sets(world: &World) -> Table {
    let cells = |_: &Account, set: &crate::account::configuration_set::ConfigurationSet| {
        let of = |d: &crate::account::event_destination::EventDestination| {
            destination(&d.event_destination_name, d.enabled, &d.matching_event_types, &d.target)
        };
        let destinations: String = set.event_destinations.iter().map(of).collect();
        let kind = set.default_message_type.map(|kind| kind.as_str().to_owned());
        let defaults: Vec<String> = [kind, set.default_sender_id.clone()].into_iter().flatten().collect();
        vec![
            text(&set.configuration_set_name),
            format!("<ul>{destinations}</ul>"),
            text(defaults.join(", ")),
            time(set.created_timestamp),
        ]
    };
    Table {
        caption: "Configuration sets",
        columns: &["Set", "Event destinations", "Defaults", "Created", "Account"],
        rows: rows(world, |account| account.configuration_sets.values(), cells),
    }
}

fn voice_sets(world: &World) -> Table {
    let cells = |_: &Account, (name, set): (&str, &crate::account::voice_set::VoiceSet)| {
        let of = |d: &crate::account::voice_set::VoiceDestination| {
            destination(&d.name, d.enabled, &d.matching_event_types, &d.target)
        };
        vec![text(name), format!("<ul>{}</ul>", set.destinations().iter().map(of).collect::<String>())]
    };
    Table {
        caption: "Configuration sets of API v1",
        columns: &["Set", "Event destinations", "Account"],
        rows: rows(world, |account| account.voice_sets.rows(), cells),
    }
}
